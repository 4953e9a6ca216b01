"""The API of connectors that run (cozy-stack docs/konnectors.md)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.rooms.jobs.model import TRIGGERS
from cozy.web import jsonapi
from cozy.web.call import Call

from . import service

routes = Routes()


@routes.on("POST", "/konnectors/{slug}/trigger", may("POST", TRIGGERS))
def plan(work: Work, call: Call, slug: str) -> Response:
    """Run a connector for the account `AccountID` as often as its manifest says; with `ExecNow=true` at once, too.

    201 the trigger; 401, 403, 404, 422, 429.
    """
    is_wanted_now = call.query("ExecNow") == "true"
    trigger = service.planning.plan(work, slug, call.query("AccountID"), now=is_wanted_now)
    own = f"/jobs/triggers/{trigger.id}"
    shown = jsonapi.resource(TRIGGERS, trigger.id, trigger.body, rev=trigger.rev, own=own)
    return jsonapi.answer(shown, 201)
