"""The page of what was found, and the first lines of it while somebody types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from urllib.parse import quote, urlencode

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from cozy import ui
from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER, Routes
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.ui import N_, formats
from cozy.web.call import Call
from cozy.web.pages import page

from . import service
from .model import GROUPS, Entry, Found, Hit, Kind, Piece
from .model.asking import Query, read, with_person

routes = Routes(pages=True)
URL = "/my/search"
PAGE, FIRST = 30, 7  # lines of a page, and of what is shown while somebody types
_STEPS = 5  # of catching up with changes before an answer
_MANY = 100  # changes that were not looked at yet
_WHEN = {"month": 31, "year": 366}  # days back

_CHIPS = (
    ("", N_("Everything"), ""), ("documents", N_("Documents"), "file-text"), ("photos", N_("Photos"), "image"),
    ("folders", N_("Folders"), "folder"), ("contacts", N_("Contacts"), "users-round"), ("events", N_("Events"), "calendar"),
    ("tasks", N_("Tasks"), "list-todo"), ("mail", N_("Mails"), "mail"), ("music", N_("Music"), "music"),
)  # fmt: skip
_TIMES = (("", N_("Any time")), ("month", N_("Past month")), ("year", N_("Past year")))
_LOOKS: Mapping[Kind, tuple[str, str, str]] = {
    "folder": ("folder", "", N_("Folder")), "photo": ("image", "", N_("Photo")), "video": ("video", "", N_("Film")),
    "audio": ("audio", "", N_("Sound")), "pdf": ("pdf", "", "PDF"), "document": ("text", "", N_("Document")),
    "sheet": ("spreadsheet", "", N_("Table")), "slides": ("slide", "", N_("Slides")), "code": ("code", "", N_("Code")),
    "archive": ("archive", "", N_("Archive")), "file": ("files", "", N_("File")), "mail": ("", "mail", N_("Mail")),
    "contact": ("", "user-round", N_("Contact")), "event": ("", "calendar", N_("Event")), "task": ("", "list-todo", N_("Task")),
    "journal": ("", "notebook-pen", N_("Dated note")), "note": ("", "notebook-pen", N_("Note")), "album": ("", "images", N_("Album")),
}  # fmt: skip
_PAGES: Mapping[Kind, str] = {
    "folder": "/my/drive/{id}", "contact": "/my/contacts/{id}", "event": "/my/calendar/event/{id}",
    "task": "/my/tasks/task/{id}", "journal": "/my/calendar/event/{id}", "album": "/my/photos/albums/{id}",
}  # fmt: skip


class Line(Struct, frozen=True):
    """One thing that was found, as people see it. tile: its kind among files, else icon. place: the names of the folders around."""

    href: str
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    kind: str
    tile: str
    icon: str
    thumb: str
    place: str
    at: datetime | None


@routes.on("GET", URL, OWNER)
async def results(call: Call) -> Response:
    """What the query finds, thirty a page. 200."""
    await _catch_up(call)
    return await call.scan(_results, call)


@routes.on("GET", f"{URL}/first", OWNER)
async def first(call: Call) -> Response:
    """The first lines of it, for the list under the box. 200."""
    await _catch_up(call)
    return await call.scan(_first, call)


async def _catch_up(call: Call) -> None:
    """What was just changed can be found, unless that is very much."""
    for _ in range(_STEPS):
        if not await call.read(service.following.behind) or not await call.write(service.following.advance):
            return


def _results(work: Work, call: Call) -> Response:
    query = _asked(work, call)
    number = _page_number(call)
    found = service.search(work, query, PAGE, PAGE * (number - 1))
    words = _words(work)
    return page(
        work, call, "search/results.html", room="search", query=query.said, lines=_lines(work, found), found=found,
        kinds=_chips(call, words), times=_times(call, words), others=_others(work, call, found, words), number=number,
        behind=service.following.behind(work) > _MANY, waiting=service.reading.waiting(work), is_asked=not query.is_empty,
        days=_days(query, words), kept=_kept(call),
        more_url=_at(call, page=str(number + 1)) if found.is_more else "", before_url=_at(call, page=str(number - 1)) if number > 1 else "",
    )  # fmt: skip


def _first(work: Work, call: Call) -> Response:
    query = read(call.query("q"), is_open=True, today=_today(work))
    found = service.search(work, query, FIRST)
    return page(
        work, call, "search/first.html", room="search", query=query.said, lines=_lines(work, found), found=found,
        more_url=f"{URL}?{urlencode({'q': query.said})}",
    )  # fmt: skip


def _asked(work: Work, call: Call) -> Query:
    """What was typed, narrowed by the chips."""
    query = read(call.query("q"), is_open=bool(call.query("typing")), today=_today(work))
    kinds = GROUPS.get(call.query("in"))  # type: ignore[call-overload]
    if kinds:
        query = replace(
            query, kinds=tuple(kind for kind in kinds if not query.kinds or kind in query.kinds) or kinds
        )
    if folder := call.query("dir"):
        query = replace(query, places=(folder,))
    if person := call.query("who"):
        query = with_person(query, person)
    days = _WHEN.get(call.query("when"))
    return replace(query, since=(work.now - timedelta(days=days)).date().isoformat()) if days else query


def _today(work: Work) -> date:
    return work.now.date()


def _days(query: Query, words: ui.Words) -> str:
    """The time that was told in words, from its first day to its last; "" where none was."""
    if query.moment is None:
        return ""
    first, after = (date.fromisoformat(day) for day in (query.moment.first, query.moment.after))
    return formats.days(first, after - timedelta(days=1), words.locale)


def _kept(call: Call) -> dict[str, str]:
    """The chips that are chosen."""
    return {name: value for name in ("in", "when", "dir", "who") if (value := call.query(name))}


def _page_number(call: Call) -> int:
    text = call.query("page")
    return max(1, int(text)) if text.isdecimal() and len(text) < 4 else 1


def _at(call: Call, **changed: str) -> str:
    """The address of the same search with something else about it."""
    asked = {name: value for name, value in {"q": call.query("q"), **_kept(call), **changed}.items() if value}
    return f"{URL}?{urlencode(asked)}" if asked else URL


def _chips(call: Call, words: ui.Words) -> list[dict[str, object]]:
    return [
        {
            "label": words.gettext(label),
            "url": _at(call, **{"in": key}),
            "icon": icon,
            "current": call.query("in") == key,
        }
        for key, label, icon in _CHIPS
    ]


def _times(call: Call, words: ui.Words) -> list[dict[str, object]]:
    return [
        {"label": words.gettext(label), "url": _at(call, when=key), "current": call.query("when") == key}
        for key, label in _TIMES
    ]


def _others(work: Work, call: Call, found: Found, words: ui.Words) -> list[dict[str, object]]:
    """The person and the folder by which this is narrowed, to be taken away again; others that it can be narrowed by."""
    person, folder = call.query("who"), call.query("dir")
    names = {
        each.id: each.name for each in files.views.many(work, [*found.places, *([folder] if folder else [])])
    }
    chosen = [(person, {"who": ""})] if person else []
    chosen += [(names.get(folder, words.gettext(N_("Folder"))), {"dir": ""})] if folder else []
    others = [] if person else [name for name in found.people if name != homes.profile(work).public_name]
    offered = [(name, "user-round", {"who": name}) for name in others]
    offered += [(names[id_], "folder", {"dir": id_}) for id_ in found.places if not folder and id_ in names]
    away = words.gettext(N_("Take away: %(name)s"))
    return [
        *(
            {
                "label": label,
                "says": away % {"name": label},
                "icon": "x",
                "current": True,
                "url": _at(call, **changed),
            }
            for label, changed in chosen
        ),
        *({"label": label, "icon": icon, "url": _at(call, **changed)} for label, icon, changed in offered),
    ]


def _words(work: Work) -> ui.Words:
    return ui.words(homes.profile(work).locale)


def _lines(work: Work, found: Found) -> list[Line]:
    words = _words(work)
    there = {
        each.id: each
        for each in files.views.many(work, [hit.entry.id for hit in found.hits if _is_file(hit.entry)])
    }
    paths = files.paths_of(work, {each.dir_id for each in there.values()})
    return [_line(hit, there.get(hit.entry.id), paths, words) for hit in found.hits]


def _is_file(entry: Entry) -> bool:
    return entry.doctype == "io.cozy.files"


def _line(hit: Hit, file: files.File | None, paths: Mapping[str, str], words: ui.Words) -> Line:
    entry = hit.entry
    tile, icon, kind = _LOOKS[entry.kind]
    place = ""
    if file is not None:
        place = " › ".join([words.gettext(N_("Files")), *filter(None, paths.get(file.dir_id, "").split("/"))])
    return Line(
        _PAGES.get(entry.kind, "/my/file/{id}").format(id=quote(entry.id, safe="")), hit.title, hit.snippet,
        words.gettext(kind), tile, icon, _thumb(file), place, _moment(entry.at),
    )  # fmt: skip


def _thumb(file: files.File | None) -> str:
    """The address of a small picture of it; "" when it has none."""
    if file is None or file.is_folder or not file.size:
        return ""
    kind = str(file.body.get("class", ""))
    if not files.is_drawable(kind, file.mime, encrypted=bool(file.body.get("encrypted"))):
        return ""
    return f"/my/file/{file.id}/picture/128-{file.sha256[:12]}"


def _moment(at: str) -> datetime | None:
    try:
        return parse(at) if at else None
    except ValueError:
        return None
