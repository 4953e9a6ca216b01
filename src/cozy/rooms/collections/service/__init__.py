"""What can be done with calendars and address books, whichever they are."""

from . import binned, inline, items, kinds, shelves, sync
from .following import follow, follow_all, follow_collections, unlisted

__all__ = [
    "binned",
    "follow",
    "follow_all",
    "follow_collections",
    "inline",
    "items",
    "kinds",
    "shelves",
    "sync",
    "unlisted",
]
