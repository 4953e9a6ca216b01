"""The words of calendars: occurrences, and what a person may choose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from .members import EVENTS, JOURNALS, MEMBERS, TODOS

KIND = "calendars"
CALENDARS = "io.cozy.calendars"
DEFAULT = "personal"
BIRTHDAYS = "birthdays"  # the calendar that is made of the owner's contacts; nothing of it is kept
Scope = Literal["this", "future", "all"]  # of a change: one occurrence, it and all after it, all of them


class Occurrence(Struct, frozen=True, kw_only=True):
    """One time that something takes place, as pages show it.

    start, end: in the zone of who looks; of whole days, midnights there, the end that of the day after the last one.
    body: the members of the document, or of what replaces it this once.
    """

    calendar: str
    doctype: str
    id: str
    rev: str
    uid: str
    key: str = ""  # which of several it is, "" where there is only one
    start: datetime
    end: datetime
    is_all_day: bool = False
    is_recurring: bool = False
    is_override: bool = False  # this once, something is different
    is_read_only: bool = False
    body: Mapping[str, Any] = {}

    @property
    def label(self) -> str:
        """How it is called."""
        return str(self.body.get("label") or "")


__all__ = [
    "BIRTHDAYS", "CALENDARS", "DEFAULT", "EVENTS", "JOURNALS", "KIND", "MEMBERS", "TODOS", "Occurrence", "Scope",
]  # fmt: skip
