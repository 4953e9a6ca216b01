"""What can be done with calendars and address books, whichever they are."""

from . import binned, inline, items, kinds, shelves, sync
from .following import follow, follow_all, unlisted

__all__ = ["binned", "follow", "follow_all", "inline", "items", "kinds", "shelves", "sync", "unlisted"]
