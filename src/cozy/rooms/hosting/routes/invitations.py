"""Invitations: leave for people to make a home."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.clock import iso
from cozy.kernel.routes import HOSTER, Routes
from cozy.kernel.work import Work
from cozy.web.answers import json, nothing
from cozy.web.call import Call

from .. import service
from ..model import Inviting
from .asking import asks

routes = Routes()


@routes.on("GET", "/invitations", HOSTER)
def invitations(work: Work) -> Response:
    """Whom you have invited, without the links, the newest first. 200."""
    return json(
        [
            {
                "id": each.id, "mail": each.mail, "context": each.context, "plan": each.plan, "created_at": each.created_at,
                "expires_at": each.expires_at, "used_at": each.used_at, "state": service.invitations.state(each, iso(work.now)),
            }
            for each in service.invitations.listed(work)
        ]
    )  # fmt: skip


@routes.on("POST", "/invitations", HOSTER)
@asks(body=Inviting)
async def invite(call: Call) -> Response:
    """Invite people, by mail where there is a mail server. 201, with the links, which are told this once; 400, 404, 422."""
    return json(await service.invitations.invite(call.house, await call.decoded(Inviting)), 201)


@routes.on("DELETE", "/invitations/{invitation_id}", HOSTER)
def take_back(work: Work, invitation_id: str) -> Response:
    """Let a link open nothing any more. 204; 404."""
    service.invitations.take_back(work, invitation_id)
    return nothing()
