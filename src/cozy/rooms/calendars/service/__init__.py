"""What can be done with calendars."""

from . import birthdays, busy, events, files, occurrences, public, queries, subscriptions, tasks
from .kind import KIND_OF_CALENDARS as KIND

__all__ = [
    "KIND",
    "birthdays",
    "busy",
    "events",
    "files",
    "occurrences",
    "public",
    "queries",
    "subscriptions",
    "tasks",
]
