"""Invitations for people at servers that take shares only from those whom they know."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import stripped
from cozy.web.pages import flash, page

from .. import service
from ..model import PAGES
from ..model.invites import written
from .door import routes, words

INVITATION = f"{PAGES}/invitation"


@routes.on("POST", f"{INVITATION}/make", OWNER)
def make(work: Work, call: Call, form: FormData) -> Response:
    """One more invitation to hand on. 303."""
    service.inviting.make(work)
    flash(call, words(work).gettext(N_("The invitation is there: copy it, and send it to whom you want.")))
    return see_other(PAGES)


@routes.on("POST", f"{INVITATION}/{{invite_id}}/forget", OWNER)
def forget(work: Work, call: Call, invite_id: str, form: FormData) -> Response:
    """Take one back, or forget who answered it. 303; 400."""
    service.inviting.forget(work, invite_id)
    flash(call, words(work).gettext(N_("The invitation is gone.")))
    return see_other(PAGES)


@routes.on("GET", INVITATION, OWNER)
def ask(work: Work, call: Call) -> Response:
    """Which invitation? That of the address, `?token` and `providerDomain`, where other servers lead people here. 200."""
    token, server = call.query("token"), call.query("providerDomain")
    return _ask(work, call, written(token, server) if token and server else "")


def _ask(work: Work, call: Call, invitation: str, problem: Problem | None = None) -> Response:
    error = words(work).gettext(problem.detail) if problem else ""
    return page(
        work, call, "federation/take_invitation.html", 422 if problem else 200, room="shared", invitation=invitation, error=error,
    )  # fmt: skip


@routes.on("POST", INVITATION, OWNER)
async def take(call: Call, form: FormData) -> Response:
    """Take an invitation of somebody else's. 303; 422 the question again."""
    said = stripped(form, "invitation")
    try:
        taken = await service.inviting.take(call.house, call.home, call.caller, said)
    except Problem as problem:
        return await call.read(_ask, call, said, problem)
    told = N_("You can share with %(name)s from now on.")
    name = taken.called or taken.who
    flash(call, (await call.read(words)).gettext(told if name else N_("You took the invitation."), name=name))
    return see_other(PAGES)
