"""What can be done with calendars."""

from . import birthdays, events, occurrences
from .kind import KIND_OF_CALENDARS as KIND

__all__ = ["KIND", "birthdays", "events", "occurrences"]
