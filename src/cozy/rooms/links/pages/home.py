"""Adding what is shared to one's own home: from the page of a link to that home, and what that home does then."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from msgspec import structs
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWN_PROOF, OWNER
from cozy.kernel.work import Work
from cozy.rooms.files.service import File
from cozy.rooms.files.service.archives import Item
from cozy.ui import N_
from cozy.web.answers import json, see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie
from cozy.web.headers import leading_to
from cozy.web.pages import flash, page

from .. import service
from ..errors import NoHomeThere
from ..model import FILES
from ..service.copying import Offer, Offered
from ..service.opening import Opened
from .door import LINK, guest_page, routes, url_of, visit, words, words_of
from .tiles import raw_url

ADD = "/my/shared/add"
KEPT_S = 365 * 86_400  # how long a browser remembers where its reader's home is
_HOST = re.compile(
    r"(?=.{4,255}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9](:\d{1,5})?",
    re.IGNORECASE,
)


@routes.on("GET", f"{LINK}/home", OWN_PROOF)
async def ask_for_home(call: Call, code: str) -> Response:
    """Where is your home? 200; 303, 404."""
    return await visit(call, code, _asked, read_cookie(call, "my-home"), "")


async def _asked(call: Call, opened: Opened, typed: str, error: str, status: int = 200) -> Response:
    said = words_of(call).gettext(error) if error else ""
    shown = await call.read(guest_page, call, "home.html", opened, status, typed=typed, error=said)
    shown.headers["content-security-policy"] = leading_to("https:" if call.is_secure else "http: https:")
    return shown


@routes.on("POST", f"{LINK}/home", OWN_PROOF)
async def go_home(call: Call, code: str, form: FormData) -> Response:
    """Go on there, with the address of the link. 303 to the other home; 404; 422 the question again."""
    typed = str(form.get("home", "")).strip()[:300]
    return await visit(call, code, _gone, typed)


async def _gone(call: Call, opened: Opened, typed: str) -> Response:
    host = re.sub(r"^https?://", "", typed, flags=re.IGNORECASE).partition("/")[0].lower()
    if not _HOST.fullmatch(host):
        return await _asked(call, opened, typed, NoHomeThere.title(), 422)
    set_cookie(call, "my-home", host, max_age_s=KEPT_S)
    scheme = "https" if call.is_secure or not host.partition(":")[0].endswith("localhost") else "http"
    query = urlencode(
        {
            "link": f"{call.home.origin}{url_of(opened)}",
            "name": opened.thing.name if not opened.has_password else "",
        }
    )
    return see_other(f"{scheme}://{host}{ADD}?{query}")


@routes.on("GET", f"{LINK}/about", OWN_PROOF)
async def about(call: Call, code: str) -> Response:
    """What a link opens, as JSON, for a home that copies it. 200; 303, 404."""
    return await visit(call, code, _about)


async def _about(call: Call, opened: Opened) -> Response:
    offer = Offer(opened.thing.name if opened.can_see else "", opened.owner, opened.can_save)
    if opened.can_save and opened.thing.kind in {"file", "album"}:
        call.account(1, FILES, "GET")
        offer = structs.replace(offer, files=await call.scan(_offered, opened))
    return json(offer)


def _offered(work: Work, opened: Opened) -> list[Offered]:
    if opened.thing.kind == "file" and not opened.thing.is_folder:
        file = service.inside.one(work, opened.thing.id)
        return [_offer(opened, file, file.name)]
    name, items = service.inside.archive(work, opened)
    return [_offer(opened, item.file, _below(name, item)) for item in items if not item.file.is_folder]


def _below(name: str, item: Item) -> str:
    return item.path.removeprefix(f"{name}/")


def _offer(opened: Opened, file: File, path: str) -> Offered:
    return Offered(path, f"{raw_url(opened, file)}?download", file.size, file.mime, file.updated_at)


@routes.on("GET", ADD, OWNER)
def ask_how(work: Work, call: Call) -> Response:
    """What shall become of what another home shares: a copy, or a shortcut? 200."""
    return _how(work, call, call.query("link"), call.query("name"), "")


def _how(work: Work, call: Call, link: str, name: str, error: str, status: int = 200) -> Response:
    try:
        link = service.copying.clean(link)
        host = service.copying.host_of(link)
    except Problem as problem:
        host, error = "", error or (problem.detail if link else "")
    said = words(work).gettext(error) if error else ""
    return page(
        work, call, "links/add.html", status, room="files", link=link, host=host, name=name[:200], error=said
    )


@routes.on("POST", ADD, OWNER)
async def add_here(call: Call, form: FormData) -> Response:
    """Copy it in the background, or keep a shortcut. 303 to where it is; 422 the question again."""
    link, name = str(form.get("link", ""))[:2000], str(form.get("name", ""))[:200]
    try:
        link = service.copying.clean(link)
        if form.get("how") == "shortcut":
            await service.copying.keep_shortcut(call.house, call.home, link, name, call.home.quota)
            target, said = "/my/drive", N_("The shortcut is there: it opens what is shared.")
        else:
            offer = await service.copying.look(call.house, link)
            folder = await call.write(service.copying.ask, link, offer)
            target, said = (
                f"/my/drive/{folder.id}",
                N_("It is being copied. You can go on; you will be told when all of it is here."),
            )
    except Problem as problem:
        return await call.read(_how, call, link, name, problem.detail, 422)
    flash(call, (await call.read(words)).gettext(said))
    return see_other(target)
