"""What can be done with calendars and address books, whichever they are."""

from . import binned, inline, items, kinds, shelves, sync
from .following import follow, follow_all

__all__ = ["binned", "follow", "follow_all", "inline", "items", "kinds", "shelves", "sync"]
