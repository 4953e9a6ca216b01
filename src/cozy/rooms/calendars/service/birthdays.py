"""Birthdays of the owner's contacts, as a calendar to look at: worked out each time, kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions

from .. import store
from ..model import BIRTHDAYS as ID
from ..model import Occurrence

CONTACTS = "io.cozy.contacts"
COLOR = "#f1b61e"
_DATE = re.compile(r"(?:(\d{4})|-)-?(\d{2})-?(\d{2})")


def between(work: Work, start: datetime, end: datetime, zone: tzinfo) -> list[Occurrence]:
    """The birthdays from `start` to just before `end`; none where the caller may not see contacts."""
    if not permissions.may_all(work.caller, "GET", CONTACTS):
        return []
    first, last = start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
    found = []
    for id_, name, text in store.birthdays(work):
        if (read := _DATE.match(text)) is None:
            continue
        born = int(read[1]) if read[1] else 0
        for at in _days(int(read[2]), int(read[3]), max(first.year, born or 1), last.year, zone):
            if first <= at.date() <= last:
                body: dict[str, Any] = {
                    "label": name,
                    "contact": id_,
                    "born": born,
                    "age": at.year - born if born else None,
                }
                found.append(_occurrence(id_, at, body))
    return found


def _days(month: int, day: int, since: int, until: int, zone: tzinfo) -> Iterator[datetime]:
    """That day in each year; 29 February is 1 March in a year without one."""
    for year in range(since, until + 1):
        try:
            yield datetime(year, month, day, tzinfo=zone)
        except ValueError:
            if (month, day) == (2, 29):
                yield datetime(year, 3, 1, tzinfo=zone)


def _occurrence(id_: str, at: datetime, body: Mapping[str, Any]) -> Occurrence:
    return Occurrence(
        calendar=ID, doctype=CONTACTS, id=id_, rev="", uid=f"birthday-{id_}", key=at.date().isoformat(), start=at,
        end=at + timedelta(days=1), is_all_day=True, is_recurring=True, is_read_only=True, body=body,
    )  # fmt: skip
