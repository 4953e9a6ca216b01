"""What WebDAV, CalDAV and CardDAV can do: with files, and with calendars and address books."""

from . import (
    changes,
    conditions,
    expecting,
    fetching,
    items,
    locking,
    locks,
    owner,
    people,
    places,
    properties,
    querying,
    scheduling,
    shelves,
    transfers,
    tree,
)

__all__ = [
    "changes",
    "conditions",
    "expecting",
    "fetching",
    "items",
    "locking",
    "locks",
    "owner",
    "people",
    "places",
    "properties",
    "querying",
    "scheduling",
    "shelves",
    "transfers",
    "tree",
]
