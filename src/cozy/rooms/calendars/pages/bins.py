"""The bin of calendars and tasks: what was deleted, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.collections.errors import NotInBin
from cozy.rooms.collections.model import COLLECTION, KEPT_DAYS, Binned
from cozy.rooms.collections.service import binned, shelves
from cozy.web.call import Call
from cozy.web.pages import done

from ..model import DEFAULT, EVENTS, KIND, TODOS
from .door import CALENDAR, failed, page, routes, say, text, words, zone
from .reading import moment_of, title
from .reading import text as member
from .shown import Shown

BIN = f"{CALENDAR}/bin"
_KINDS = {EVENTS: "event", TODOS: "task"}


class Thrown(Struct, frozen=True, kw_only=True):
    """Something in the bin. kind: event, task, note or calendar; about: when it was, or what was in it; calendar: the name of the one that it was in."""

    id: str
    title: str
    kind: str
    about: str
    calendar: str = ""
    deleted_at: datetime
    stays: str


@routes.on("GET", BIN, OWNER)
def bin_(work: Work, call: Call) -> Response:
    """What was deleted in calendars, and calendars themselves, the last first. 200."""
    return page(work, call, "bin.html", thrown=_thrown(work), days=KEPT_DAYS)


def _thrown(work: Work) -> list[Thrown]:
    gone, held = binned.collections(work, KIND), binned.all_(work, KIND)
    names = {each.item: _name(each) for each in reversed(gone)}
    names |= {each.id: each.name for each in shelves.all_(work, KIND)}
    found = [_calendar(work, each, sum(item.along == each.id for item in held)) for each in gone]
    found += [_item(work, each, names) for each in held]
    # As sorting is stable, a calendar stands before what went with it.
    return sorted(found, key=lambda each: each.deleted_at, reverse=True)


def _calendar(work: Work, each: Binned, number: int) -> Thrown:
    about = words(work).ngettext("calendar with %(num)s item", "calendar with %(num)s items", number)
    return Thrown(
        id=each.id, title=_name(each), kind="calendar", about=about,
        deleted_at=parse(each.deleted_at), stays=_stays(work, each),
    )  # fmt: skip


def _name(calendar: Binned) -> str:
    return member(calendar.body, "name") or calendar.item


def _item(work: Work, each: Binned, names: Mapping[str, str]) -> Thrown:
    calendar = names.get(member(each.body, COLLECTION) or DEFAULT, "")
    return Thrown(
        id=each.id, title=title(each.body, words(work)), kind=_KINDS.get(each.doctype, "note"),
        about=_when(work, each.body), calendar=calendar, deleted_at=parse(each.deleted_at), stays=_stays(work, each),
    )  # fmt: skip


def _stays(work: Work, each: Binned) -> str:
    left = max(1, KEPT_DAYS - (work.now - parse(each.deleted_at)).days)
    return words(work).ngettext("erased in %(num)s day", "erased in %(num)s days", left)


def _when(work: Work, body: Mapping[str, Any]) -> str:
    """When it was, or what it was to be done by; "" where nothing that can be read says so."""
    limit = member(body, "limitDate")
    said, until = limit or member(body, "start"), "" if limit else member(body, "end")
    is_day, here = len(said) == len("2026-11-27"), zone(work)
    try:
        start = moment_of(said, here)
        end = moment_of(until, here) if until else start + timedelta(days=is_day)
    except (ValueError, OverflowError):
        return ""
    return say(work).when(Shown(id="", at="", title="", start=start, end=end, is_all_day=is_day))


@routes.on("POST", f"{BIN}/restore", OWNER)
def restore(work: Work, call: Call, form: FormData) -> Response:
    """Put something back; a calendar with all that was deleted with it. 303 to the bin."""
    id_ = text(form, "id")
    try:
        with work.attempt():
            _restore(work, id_)
    except Problem as problem:
        return failed(work, call, BIN, problem)
    return done(call, BIN, words(work).ngettext("Put back.", "%(num)s items put back.", 1))


def _restore(work: Work, id_: str) -> None:
    if not any(each.id == id_ for each in [*binned.collections(work, KIND), *binned.all_(work, KIND)]):
        raise NotInBin(id=id_)
    binned.restore(work, id_)
