"""The doors of WebDAV, CalDAV and CardDAV: files, calendars, address books, and how programs find them."""

from . import boxes, discovery, items, locking, looking, reports, shelves, transfers, writing
from .door import routes

__all__ = [
    "boxes",
    "discovery",
    "items",
    "locking",
    "looking",
    "reports",
    "routes",
    "shelves",
    "transfers",
    "writing",
]
