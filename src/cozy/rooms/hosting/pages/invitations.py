"""Whom the host has invited, at the console."""

from __future__ import annotations

import msgspec
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import iso
from cozy.kernel.problem import Problem
from cozy.kernel.routes import HOSTER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from ..errors import BadParameter
from ..model import Invited, Inviting
from .door import done, page, routes, text, words

INVITATIONS = "/my/invitations"


@routes.on("GET", INVITATIONS, HOSTER)
def invitations_page(work: Work, call: Call) -> Response:
    """Invite people, and see who was. 200."""
    return _page(work, call, 200, {}, {})


@routes.on("POST", INVITATIONS, HOSTER)
async def invite(call: Call, form: FormData) -> Response:
    """Invite people; the page says their links. 201; 422."""
    values = {name: text(form, name).strip() for name in ("mails", "context", "plan", "days")}
    asked: dict[str, object] = {
        **values,
        "mails": service.invitations.addresses_in(values["mails"]),
        "locale": words(call).locale,
    }
    try:
        made = await service.invitations.invite(call.house, _inviting(asked))
    except Problem as problem:
        name = str(problem.facts.get("parameter", "mails")).lower()
        errors = {name if name in values else "mails": words(call).gettext(problem.detail)}
        return await call.read(_page, call, 422, values, errors)
    return await call.read(_page, call, 201, {}, {}, made)


def _inviting(asked: dict[str, object]) -> Inviting:
    try:
        return msgspec.convert(asked, Inviting, strict=False)
    except msgspec.ValidationError as error:
        if "$.days" in str(error):
            raise BadParameter("This is no number of days between 1 and 365.", parameter="days") from error
        raise BadParameter("Give between 1 and 500 mail addresses.", parameter="mails") from error


@routes.on("POST", f"{INVITATIONS}/{{invitation_id}}/taken-back", HOSTER)
async def take_back(call: Call, invitation_id: str, form: FormData) -> Response:
    """Let it open nothing any more, and forget whom it was for. 303; 404."""
    await call.write(service.invitations.take_back, invitation_id)
    return done(call, INVITATIONS, N_("This link opens nothing any more."))


def _page(
    work: Work,
    call: Call,
    status: int,
    values: dict[str, str],
    errors: dict[str, str],
    made: list[Invited] | None = None,
) -> Response:
    here = homes.contexts.lobbies(work.settings)
    plans = [
        ("", words(call).gettext("The person chooses")),
        *((plan.name, plan.title) for plan in service.plans.listed(work)),
    ]
    listed = [
        (each, service.invitations.state(each, iso(work.now))) for each in service.invitations.listed(work)
    ]
    return page(
        work, call, "invitations.html", status, room="invitations", values=values, errors=errors, made=made or [],
        places=[(name, below) for below, name in here.items()], plans=plans, invitations=listed, titles=dict(plans),
    )  # fmt: skip
