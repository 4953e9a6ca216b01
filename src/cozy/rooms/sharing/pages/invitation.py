"""The owner of this home is asked whether to take what somebody shares (cozy-stack docs/sharing.md)."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Malformed, Problem
from cozy.kernel.routes import OPEN, OWNER
from cozy.kernel.work import Work
from cozy.rooms.permissions.errors import NobodyIn
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service
from ..errors import WrongState
from ..model import Sharing
from ..model.addresses import host_of
from ..ports import Opened
from .door import page, routes, text, words

URL = "/auth/authorize/sharing"


@routes.on("GET", URL, OPEN)
async def ask(call: Call) -> Response:
    """What somebody would like to share. 200; 303 to log in, or to what is here already; 400, 404."""
    sharing_id, state = call.query("sharing_id"), call.query("state")
    if call.caller.kind != "owner":
        raise NobodyIn
    if not sharing_id:
        raise Malformed("The sharing_id parameter is mandatory.", parameter="sharing_id")
    sharing = await call.read(service.fetch, sharing_id)
    if sharing.active and not sharing.owner:
        return see_other(await call.read(opened, sharing))
    if not sharing.is_waiting:
        raise WrongState
    return await call.read(_shown, call, sharing, state)


def _shown(work: Work, call: Call, sharing: Sharing, state: str, problem: Problem | None = None) -> Response:
    owner = sharing.members[0]
    return page(
        work, call, "invitation.html", 422 if problem else 200, sharing=sharing, sharer=owner.called,
        address=host_of(owner.instance), only_looks=sharing.is_read_only(sharing.me), state=state,
        error=words(work).gettext(problem.detail) if problem else "",
    )  # fmt: skip


@routes.on("POST", URL, OWNER)
async def answer(call: Call, form: FormData) -> Response:
    """Take it, or say no. 303; 404; 422 the page again."""
    sharing_id, state = text(form, "sharing_id"), text(form, "state")
    if text(form, "answer") == "no":
        await call.write(service.answering.decline, sharing_id)
        return see_other("/my")
    try:
        taken = await service.answering.accept(call.house, call.home, call.caller, sharing_id, state)
    except Problem as problem:
        sharing = await call.read(service.fetch, sharing_id)
        if not sharing.is_waiting:
            raise
        return await call.read(_shown, call, sharing, state, problem)
    return see_other(await call.read(opened, taken))


def opened(work: Work, sharing: Sharing) -> str:
    """Where to go with what was taken: into the app that shows it, where it is installed."""
    for port in work.plugged(Opened):
        if url := port(work, sharing.app_slug, sharing.rules[0].doctype, sharing.id):
            return str(url)
    return "/my"


@routes.on("GET", f"{URL}/{{sharing_id}}/cancel", OWNER)
async def cancel(call: Call, sharing_id: str) -> Response:
    """Back from the question without an answer: to what the other home shows of it. 303; 400, 404."""
    url = await service.answering.preview_url(call.house, call.home, sharing_id, call.query("state"))
    return see_other(url or "/my")
