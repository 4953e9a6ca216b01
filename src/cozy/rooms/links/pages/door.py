"""What the pages of this room share: their table of routes, who comes in by a link, in which language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote, urlencode

from starlette.responses import Response

from cozy import ui
from cozy.kernel.caller import Caller
from cozy.kernel.problem import Forbidden, NotFound, Problem
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions.errors import NotAllowed
from cozy.web.answers import see_other
from cozy.web.call import Call, Proof
from cozy.web.cookies import read_cookie
from cozy.web.pages import page

from .. import service
from ..errors import LinkLocked, NoLink
from ..model import Thing
from ..service.opening import Opened

P = ParamSpec("P")
routes = Routes(pages=True)

LINK = "/s/{code}"
SHARE = "/my/share"
LOCK = "/auth/share-by-link/password"
_UNLISTED = {"x-robots-tag": "noindex, nofollow"}


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def words_of(call: Call) -> ui.Words:
    """The language of who came in by a link."""
    chosen = read_cookie(call, "locale")
    return ui.words(chosen if chosen in ui.LOCALES else ui.negotiate(call.header("accept-language")))


async def visit(
    call: Call, code: str, show: Callable[Concatenate[Call, Opened, P], Awaitable[Response]], *args: P.args, **kwargs: P.kwargs
) -> Response:  # fmt: skip
    """What a link opens, shown by `show`: from here on, the guest of the link asks. A link with a password asks for it first.

    No session counts, be it the owner's own: who has the address sees what everybody sees who has it.
    """
    try:
        opened = await call.read(service.opening.open_, code, lambda link: read_cookie(call, f"pass{link}"))
    except LinkLocked as locked:
        query = urlencode({"perm_id": locked.facts["link"], "redirect": call.request.url.path})
        return _unlisted(see_other(f"{LOCK}?{query}"))
    except NoLink:
        return _unlisted(await call.read(lambda work: page(work, call, "links/over.html", 404)))
    call.caller = opened.caller
    call.proofs.append(Proof(partial(_guest, call, code), opened.caller))
    try:
        return _unlisted(await show(call, opened, *args, **kwargs))
    except (NotFound, Forbidden) as problem:
        return _unlisted(await call.read(_not_there, call, opened, problem))


async def _guest(call: Call, code: str) -> Caller:
    """Who comes in by a link, now. Raises LinkLocked, NoLink."""
    return (
        await call.read(service.opening.open_, code, lambda link: read_cookie(call, f"pass{link}"))
    ).caller


def _not_there(work: Work, call: Call, opened: Opened, problem: Problem) -> Response:
    """What is not shared, or no longer: in words that tell nothing of what else there is."""
    is_refused = isinstance(problem, Forbidden) and not isinstance(problem, NotAllowed)
    said = words_of(call).gettext(problem.detail) if is_refused else ""
    return guest_page(work, call, "not_there.html", opened, 403 if is_refused else 404, said=said)


def _unlisted(response: Response) -> Response:
    response.headers.update(_UNLISTED)
    return response


async def is_owner(call: Call) -> bool:
    """Whether the owner looks at their own link in the browser where they are in: they are told so, and see no more by it."""
    cookie = read_cookie(call, "session")
    session = (await call.read(auth.sessions.found, cookie, call.slug))[0] if cookie else None
    return session is not None


def guest_page(
    work: Work, call: Call, template: str, opened: Opened, status: int = 200, *, is_owner: bool = False, **context: Any
) -> Response:  # fmt: skip
    """A page for guests."""
    return page(
        work, call, f"links/{template}", status, opened=opened, thing=opened.thing, owner=opened.owner, here=url_of(opened),
        uploads="/files/tus" if opened.can_add else "", code=opened.code if opened.can_add else "",
        origin=call.home.origin, is_owner=is_owner, owners_url=owners_url(opened.thing), **context,
    )  # fmt: skip


def url_of(opened: Opened, *rest: str) -> str:
    """An address below that of a link."""
    return "/".join([f"/s/{opened.code}", *rest])


def share_url(thing: Thing) -> str:
    """Where the owner shares a thing."""
    return f"{SHARE}/{thing.kind}/{quote(thing.id, safe='')}"


def owners_url(thing: Thing) -> str:
    """Where the owner sees a thing in their home."""
    id_ = quote(thing.id, safe="")
    files = f"/my/drive/{id_}" if thing.is_folder else f"/my/file/{id_}"
    return {
        "file": files, "album": f"/my/photos/albums/{id_}", "calendar": "/my/calendar", "contact": f"/my/contacts/{id_}",
    }[thing.kind]  # fmt: skip


def number_in(call: Call) -> int:
    """Which page of a list is asked for, from 1 on."""
    asked = call.query("page")
    return int(asked) if asked.isdecimal() and 0 < len(asked) < 6 and int(asked) else 1
