"""The page where the owner lets their home move to another host."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER, Routes
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.homes import service as homes
from cozy.ui import N_, words
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie
from cozy.web.forms import text
from cozy.web.pages import flash, page

from ..errors import NoDeparture
from ..model import Departure
from ..service import handing, leaving

routes = Routes(pages=True)
MOVE = "/my/leave/move"
_AGAIN_S = "20"


@routes.on("GET", MOVE, OWNER)
async def shown(call: Call) -> Response:
    """How far the move is; where there is none, the question, with the passphrase. 200."""
    return await call.read(_page, call, 200, await _departure(call), None, "")


@routes.on("POST", MOVE, OWNER)
async def begin(call: Call, form: FormData) -> Response:
    """Let the home move to where it is expected. 303; 422."""
    invitation = text(form, "invitation")
    try:
        await confirm(call, form)
        await leaving.begin(call.house, call.home, invitation)
    except Problem as problem:
        return await call.read(_page, call, 422, await _departure(call), problem, invitation)
    return see_other(MOVE)


@routes.on("POST", f"{MOVE}/abandon", OWNER)
async def abandon(call: Call, form: FormData) -> Response:
    """Let it stay after all: whoever carries it stops soon. 303; 404, 409."""
    await call.house.write_host(leaving.give_up, call.home.id)
    said = (await call.read(homes.profile)).locale
    flash(call, words(said).gettext(N_("Your home stays. It takes a moment until the other host knows.")))
    return see_other("/my/leave")


async def _departure(call: Call) -> Departure | None:
    try:
        return await call.house.read_host(leaving.of, call.home.id)
    except NoDeparture:
        return None


def _page(
    work: Work, call: Call, status: int, departure: Departure | None, problem: Problem | None, typed: str
) -> Response:
    is_again = departure is not None and bool(call.query("again"))
    answer = page(
        work, call, "moves/move.html", status, room="settings", departure=departure, handed=handing.last(work), invitation=typed,
        is_again=is_again, **auth.confirming.wanted(work, call.query("code"), problem),
    )  # fmt: skip
    if (
        is_again
    ):  # without scripts, for who asked for it: a page that loads by itself begins to be read out anew
        answer.headers["refresh"] = _AGAIN_S
    return answer


async def confirm(call: Call, form: FormData) -> None:
    """Make sure that it is the owner. Raises WrongPassphrase, WrongCode, TooManyAttempts."""
    agent = call.header("user-agent")[:500]
    visitor = Visitor(address=call.client, user_agent=agent, device=read_cookie(call, "device"))
    await auth.confirming.show(call.house, call.home, call.caller, visitor, form, "move")
