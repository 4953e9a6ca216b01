"""The owner's page: let the host help, and end it."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission
from cozy.ui import N_
from cozy.web import pages
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service
from ..model import KINDS
from .door import routes

HELP = "/my/settings/help"
_LIVES = (("hour", N_("An hour")), ("day", N_("A day")), ("days", N_("Three days")))


@routes.on("GET", HELP, OWNER)
def help_page(work: Work, call: Call) -> Response:
    """Who may look at what, until when; or what to choose. 200."""
    return _page(work, call, 200, (), "hour", "")


@routes.on("POST", HELP, OWNER)
async def let_help(call: Call, form: FormData) -> Response:
    """Let the host look. 303; 422."""
    kinds, life = [str(each) for each in form.getlist("kinds")], str(form.get("life", ""))
    try:
        link = await call.write(_open, kinds, life)
    except Problem as problem:
        return await call.read(_page, call, 422, kinds, life, problem.detail)
    await call.relist(service.note, call.home.domain, service.code_of(link), link.expires_at)
    return see_other(HELP)


@routes.on("POST", f"{HELP}/ended", OWNER)
async def end(call: Call, form: FormData) -> Response:
    """Let the host look at nothing any more. 303."""
    await call.write(service.end)
    await call.relist(service.note, call.home.domain, "", "")
    pages.flash(call, (await call.read(_words)).gettext(N_("Your host sees nothing of your home any more.")))
    return see_other(HELP)


def _open(work: Work, kinds: list[str], life: str) -> Permission:
    said, name = _words(work), work.settings.hoster_name
    host = said.gettext(N_("The host, %(name)s"), name=name) if name else said.gettext(N_("The host"))
    return service.open_(work, kinds, life, host)


def _page(
    work: Work, call: Call, status: int, kinds: list[str] | tuple[()], life: str, error: str
) -> Response:
    said, link = _words(work), service.now(work)
    choices = [
        (kind, ui.doctypes.called(said, doctypes[0]).yours, kind in kinds) for kind, doctypes in KINDS.items()
    ]
    return pages.page(
        work, call, "support/help.html", status, room="settings", choices=choices, life=life, error=error, url=HELP,
        lives=[{"value": value, "label": said.gettext(label)} for value, label in _LIVES], link=link,
        lines=permissions.lines(work, link.rules) if link else [], until=parse(link.expires_at) if link else None,
        grant=f"/my/access/grants/{link.id}" if link else "", hoster=work.settings.hoster_name,
        handed=f"{work.origin}/help/{service.code_of(link)}" if link and not work.settings.admin_listen else "",
        journal=f"/my/access/journal?who=share:{link.id}" if link else "",
    )  # fmt: skip


def _words(work: Work) -> ui.Words:
    return ui.words(homes.profile(work).locale)
