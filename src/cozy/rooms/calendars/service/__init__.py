"""What can be done with calendars."""

from . import (
    birthdays,
    busy,
    events,
    files,
    invitations,
    occurrences,
    public,
    queries,
    subscriptions,
    tasks,
    wording,
)
from .kind import KIND_OF_CALENDARS as KIND

__all__ = [
    "KIND",
    "birthdays",
    "busy",
    "events",
    "files",
    "invitations",
    "occurrences",
    "public",
    "queries",
    "subscriptions",
    "tasks",
    "wording",
]
