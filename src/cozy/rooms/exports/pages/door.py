"""What the pages of this room share: who may, in which words, and what a browser that has shown the passphrase keeps."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.problem import Problem
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.homes import service as homes
from cozy.web import pages
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie

from .. import service
from ..model import KEPT

routes = Routes(pages=True)

LEAVE = "/my/leave"
ONE = f"{LEAVE}/{{export_id}}"
_COOKIE = "leave"


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room."""
    return pages.page(work, call, f"exports/{template}", status, room="settings", **context)


async def done(call: Call, url: str, text: str, *, failed: bool = False) -> Response:
    """Go there, and say there what was done, or what could not be. text: a msgid."""
    said = await call.read(words)
    pages.flash(call, said.gettext(text), kind="failed" if failed else "done")
    return see_other(url)


def asked(work: Work, call: Call, problem: Problem | None) -> dict[str, Any]:
    """What a form needs that asks once more for the passphrase. problem: with what was typed before."""
    return auth.confirming.wanted(work, call.query("code"), problem)


async def confirm(call: Call, form: FormData) -> None:
    """Make sure that it is the owner, by what such a form holds. Raises WrongPassphrase, WrongCode, TooManyAttempts."""
    agent = call.header("user-agent")[:500]
    visitor = Visitor(address=call.client, user_agent=agent, device=read_cookie(call, "device"))
    await auth.confirming.show(call.house, call.home, call.caller, visitor, form, _COOKIE)


async def let_fetch(call: Call, export_id: str) -> None:
    """Let this browser see the links of an export, without asking again while it is kept."""
    secret = await call.read(service.secret, export_id)
    set_cookie(call, _COOKIE, secret, max_age_s=int(KEPT.total_seconds()))


def may_fetch(work: Work, call: Call, export_id: str) -> bool:
    """Whether this browser was let."""
    return read_cookie(call, _COOKIE) == service.secret(work, export_id)
