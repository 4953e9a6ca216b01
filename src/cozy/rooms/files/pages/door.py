"""What all pages of this room share: their table of routes, the reader's words, the way back, wishes kept in cookies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args
from urllib.parse import quote, urlencode

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.problem import Problem
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web import pages
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie

from ..model import SHORTCUT
from ..service import ROOT, File
from ..service.views import Order

routes = Routes(pages=True)

DRIVE = "/my/drive"
KEPT_S = 365 * 86_400  # how long a browser remembers a wish
UNDO_LIMIT = 60  # things whose moving can be undone: their ids travel in a cookie


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of the room files; browsers may keep it for when there is no network."""
    shown = pages.page(work, call, f"files/{template}", status, **{"room": "files", **context})
    shown.headers["x-keep-offline"] = "1"
    return shown


def question(
    work: Work, call: Call, template: str, form: FormData | None = None, status: int = 200, **context: Any
) -> Response:
    """A page that asks something; it knows where to go back to."""
    return pages.page(
        work, call, f"files/{template}", status, **{"room": "files", "back": way_back(call, form), **context}
    )


def folder_url(folder_id: str) -> str:
    """The page of a folder."""
    return DRIVE if folder_id == ROOT else f"{DRIVE}/{folder_id}"


def url_of(file: File) -> str:
    """The page of a file or folder; a shortcut to a shared drive leads there."""
    if drive := _drive_of(file):
        return f"/my/drives/{quote(drive, safe='')}"
    return folder_url(file.id) if file.is_folder else f"/my/file/{file.id}"


def _drive_of(file: File) -> str:
    """The id of the drive that a shortcut leads to; "" of everything else."""
    target = file.body.get("metadata", {}).get("target") if file.mime == SHORTCUT else None
    if not isinstance(target, dict) or "drive_root_type" not in target:
        return ""
    links = file.body.get("referenced_by") or ()
    return next((str(link["id"]) for link in links if link.get("type") == "io.cozy.sharings"), "")


def way_back(call: Call, form: FormData | None = None, default: str = DRIVE) -> str:
    """The page that the reader came from, as the form or the browser says; only ever one of ours."""
    return pages.way_back(call, form, default)


def failed(work: Work, call: Call, url: str, problem: Problem) -> Response:
    """Go there, and say there what could not be done."""
    pages.flash(call, words(work).gettext(problem.detail), kind="failed")
    return see_other(url)


def ids_in(call: Call, form: FormData) -> list[str]:
    """What was chosen in a list, or by the menu of one line."""
    return [*map(str, form.getlist("ids")), *call.request.query_params.getlist("ids")]


def undo_move(files: Sequence[File], origin: str) -> str:
    """Where to POST to move these back to the folder that they were in; "" when they are too many for a link."""
    if not files or not origin or len(files) > UNDO_LIMIT:
        return ""
    return f"{DRIVE}/move-back?{urlencode([('into', origin), *(('ids', file.id) for file in files)])}"


class Wishes(Struct, frozen=True):
    """How the reader likes lists."""

    order: Order = "name"
    falling: bool = False
    view: str = "list"

    @property
    def sort(self) -> str:
        """As in the query: `-size`."""
        return ("-" if self.falling else "") + self.order


def wishes(call: Call) -> Wishes:
    """How this browser's reader likes lists: as the query says, else as they last said."""
    sort = _wish(call, "sort", [way + order for order in get_args(Order) for way in ("", "-")], "name")
    view = _wish(call, "view", ["list", "grid"], "list")
    order: Order = sort.lstrip("-")  # type: ignore[assignment]
    return Wishes(order, sort.startswith("-"), view)


def _wish(call: Call, name: str, choices: Sequence[str], default: str) -> str:
    asked = call.query(name)
    if asked in choices:
        set_cookie(call, name, asked, max_age_s=KEPT_S)
        return asked
    kept = read_cookie(call, name)
    return kept if kept in choices else default
