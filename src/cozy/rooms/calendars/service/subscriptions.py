"""Calendars that are copies of an address on the web: fetched, kept to look at, and fetched again each day or hour."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog
from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.outside import BadAddress, Reply, Unreachable
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import NoCollection
from cozy.rooms.collections.model import Collection
from cozy.rooms.permissions import service as permissions

from .. import store
from ..events import RefreshDue
from ..model import CALENDARS, KIND
from ..store import Source
from . import files
from .files import Found
from .kind import KIND_OF_CALENDARS
from .places import zone_of_text

log = structlog.get_logger()
Every = Literal["hour", "day"]
_EVERY = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
_AT_ONCE = 100  # items of one transaction
_ACCEPT = "text/calendar, text/plain;q=0.5, */*;q=0.1"


class Subscription(Struct, frozen=True):
    """How it stands with a copy. error: the sentence that people read, "" where nothing is wrong."""

    calendar: str
    source: str
    every: Every = "day"
    looked_at: str = ""
    error: str = ""


async def add(
    house: House,
    home: Home,
    caller: Caller,
    url: str,
    *,
    name: str = "",
    color: str = "",
    every: Every = "day",
) -> Collection:
    """A new calendar that is a copy of an address, filled. name, color: as it says of itself where they are empty.

    Raises BadAddress, BadCalendarFile, RefusedAddress, Unreachable, TooMuch, TooSlow, TooManyCollections, NotAllowed.
    """
    address = clean(url)
    reply, address = await _fetched(house, address, Source("", address))
    found, _, about = await to_thread(files.parse, _content(reply))
    shelf = await house.write(home, caller, _create, address, every, name, color, about)
    await _take(house, home, shelf.id, found)
    await house.write(home, SYSTEM, _looked, shelf.id, reply, every, "")
    return shelf


def _create(
    work: Work, address: str, every: Every, name: str, color: str, about: dict[str, str]
) -> Collection:
    said: dict[str, Any] = {
        "name": name.strip() or about.get("name", "")[:200] or urlsplit(address).hostname,
        "source": address, "is_read_only": True,
    }  # fmt: skip
    if chosen := color or about.get("color", "")[:9]:
        said["color"] = chosen
    if zone_of_text(about.get("timezone", "")):
        said["timezone"] = about["timezone"]
    shelf = collections.shelves.create(work, KIND, said)
    store.keep_source(work, Source(shelf.id, address, every=every))
    return shelf


def clean(url: str) -> str:
    """The address that is asked for: `webcal:` is https. Raises BadAddress."""
    url = url.strip()
    scheme, separator, rest = url.partition("://")
    if separator and scheme.lower() in {"webcal", "webcals"}:
        return f"https://{rest}"
    if not separator and "." in url:
        return f"https://{url}"
    if scheme.lower() not in {"http", "https"}:
        raise BadAddress(parameter="url")
    return url


async def _fetched(house: House, address: str, known: Source) -> tuple[Reply, str]:
    """The answer of a place, and its address: http where nobody listens for https."""
    headers = {"accept": _ACCEPT}
    if known.etag:
        headers["if-none-match"] = known.etag
    if known.modified:
        headers["if-modified-since"] = known.modified
    try:
        return await house.outside.fetch("GET", address, headers=headers, limit=files.SIZE_LIMIT), address
    except Unreachable:
        if not address.startswith("https://"):
            raise
        plain = "http://" + address.removeprefix("https://")
        return await house.outside.fetch("GET", plain, headers=headers, limit=files.SIZE_LIMIT), plain


def _content(reply: Reply) -> bytes:
    if reply.status != 200:
        raise Unreachable(status=reply.status)
    return reply.body


async def _take(house: House, home: Home, calendar: str, found: Sequence[Found]) -> None:
    """Make the copy what the place says, some items at a time."""
    for start in range(0, len(found), _AT_ONCE):
        await house.write(home, SYSTEM, _take_some, calendar, found[start : start + _AT_ONCE])
    await house.write(home, SYSTEM, _drop_others, calendar, {each.uid for each in found})


def _take_some(work: Work, calendar: str, found: Sequence[Found]) -> None:
    for each in found:
        try:
            with work.attempt():
                files.take(work, calendar, each, by_source=True)
        except NoCollection:
            return
        except Problem as problem:
            log.info(
                "an item of a subscription is left out",
                calendar=calendar,
                line=each.line,
                error=problem.detail,
            )


def _drop_others(work: Work, calendar: str, uids: set[str]) -> None:
    after = ""
    try:
        while page := collections.items.entries(work, KIND, calendar, after):
            for entry in page:
                if entry.uid not in uids:
                    collections.items.delete(work, KIND, calendar, entry.name, by_source=True)
            after = page[-1].name
    except NoCollection:
        return


async def refresh(house: House, home: Home, calendar: str) -> None:
    """Look at the place that a calendar is a copy of, and take what is new. What goes wrong is noted for people to read."""
    source = await house.read(home, SYSTEM, _known, calendar)
    if source is None:
        await house.write(home, SYSTEM, store.forget_source, calendar)
        return
    try:
        reply, _ = await _fetched(house, source.address, source)
        if reply.status != 304:
            found, _, _ = await to_thread(files.parse, _content(reply))
            await _take(house, home, calendar, found)
        await house.write(home, SYSTEM, _looked, calendar, reply, source.every, "")
    except Problem as problem:
        log.info("a subscription cannot be refreshed", calendar=calendar, error=problem.detail)
        await house.write(home, SYSTEM, _looked, calendar, None, source.every, problem.title())


def _known(work: Work, calendar: str) -> Source | None:
    """What is known of the place of a copy; None for a calendar that is none, or is gone."""
    try:
        shelf = collections.shelves.one(work, KIND, calendar)
    except NoCollection:
        return None
    return _source(work, shelf)


def _source(work: Work, shelf: Collection) -> Source | None:
    """The place of what `add` made, while it can be looked at only. Who writes the document of a calendar alone makes no
    copy of it, which would empty it, nor leads one elsewhere.
    """
    return store.source(work, shelf.id) if KIND_OF_CALENDARS.is_copy(work, shelf) else None


def _looked(work: Work, calendar: str, reply: Reply | None, every: str, error: str) -> None:
    """Note how it went, and when it is next. Plans RefreshDue."""
    known = store.source(work, calendar)
    if known is None:
        return
    if reply is not None and reply.status == 200:
        known = replace(
            known,
            etag=reply.headers.get("etag", "")[:500],
            modified=reply.headers.get("last-modified", "")[:100],
        )
    next_at = work.now + _EVERY.get(every, _EVERY["day"])
    store.keep_source(
        work, replace(known, looked_at=iso(work.now), next_at=iso(next_at), every=every, error=error)
    )
    if every == "hour":
        work.plan(RefreshDue(calendar), next_at)


def due_today(work: Work) -> list[str]:
    """The calendars that are to be looked at by now, or within the hour, as chores are not punctual."""
    return due(work, work.now + timedelta(hours=1))


def due(work: Work, soon: datetime | None = None) -> list[str]:
    """The calendars that are to be looked at by now, or by another moment."""
    soon = soon or work.now
    return [
        source.calendar
        for source in store.sources(work)
        if not source.next_at or parse(source.next_at) <= soon
    ]


def one(work: Work, calendar: str) -> Subscription | None:
    """How it stands with a copy; None for a calendar that is none. Raises NoCollection, NobodyIn, NotAllowed."""
    shelf = collections.shelves.one(work, KIND, calendar)
    known = _source(work, shelf)
    if known is None:
        return None
    every: Every = "hour" if known.every == "hour" else "day"
    return Subscription(calendar, known.address, every, known.looked_at, known.error)


def set_every(work: Work, calendar: str, every: Every) -> None:
    """Look at the place of a copy each hour, or each day. Raises NoCollection, NotAllowed."""
    shelf = collections.shelves.one(work, KIND, calendar)
    permissions.guard(work, "PATCH", CALENDARS, {calendar}, shelf.body)
    known = _source(work, shelf)
    if known is None:
        return
    store.keep_source(work, replace(known, every=every))
    if every == "hour" and known.every != "hour":
        work.plan(RefreshDue(calendar), work.now + _EVERY["hour"])
