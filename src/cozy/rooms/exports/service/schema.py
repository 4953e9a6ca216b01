"""A description of the documents of an export: JSON Schema, of what is really in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SENTENCES = {
    "com.bitwarden.ciphers": "An entry of the safe of passwords, locked by the owner's passphrase.",
    "com.bitwarden.folders": "A folder of the safe of passwords; its name is locked.",
    "io.cozy.accounts": "An account with another service, for the connector that uses it. Passwords are locked.",
    "io.cozy.apps": "An app that was installed.",
    "io.cozy.bank.operations": "A movement on a bank account.",
    "io.cozy.bills": "A bill or receipt that a connector found.",
    "io.cozy.calendar.events": "An event. `cozyMetadata.item.text` is its iCalendar text; the folder Calendars holds it as well.",
    "io.cozy.calendars": "A calendar or list of tasks.",
    "io.cozy.contacts": "A person. `cozyMetadata.item.text` is the vCard; the folder Contacts holds it as well.",
    "io.cozy.contacts.books": "An address book.",
    "io.cozy.contacts.groups": "A group of people.",
    "io.cozy.deleted": "Something that was in the bin of calendars and contacts.",
    "io.cozy.files": "A file or folder: its name, its folder, its dates, the hash of what it holds, where it is shown.",
    "io.cozy.files.versions": "What a file held before; the folder Versions holds the bytes.",
    "io.cozy.permissions": "Who was let in to what. Codes and passwords are left out.",
    "io.cozy.photos.albums": "An album. Its photos are the files that refer to it (`referenced_by`).",
    "io.cozy.settings": "Settings of the home.",
    "io.cozy.sharings": "What was shared with whom. Keys are left out.",
    "io.cozy.todos": "A task.",
    "io.cozy.triggers": "Something that the home was to do by itself.",
}
_DEEPEST = 4
_MOST = 400  # members described in one object: more are names that people made, such as maps by id
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"),
)  # fmt: skip


class Shape:
    """What values in one place were: of which types, with which members."""

    def __init__(self) -> None:
        self._types: set[str] = set()
        self._members: dict[str, Shape] = {}
        self._items: Shape | None = None

    def saw(self, value: Any, depth: int = 0) -> None:
        """Take a value into account."""
        self._types.add(next((name for kind, name in _TYPES if isinstance(value, kind)), "null"))
        if depth == _DEEPEST:
            return
        if isinstance(value, Mapping):
            for name, held in value.items():
                if name in self._members or len(self._members) < _MOST:
                    self._members.setdefault(name, Shape()).saw(held, depth + 1)
        elif isinstance(value, list):
            self._items = self._items or Shape()
            for held in value:
                self._items.saw(held, depth + 1)

    def described(self) -> dict[str, Any]:
        """As JSON Schema."""
        types = sorted(self._types)
        said: dict[str, Any] = {"type": types[0] if len(types) == 1 else types}
        if self._members:
            said["properties"] = {name: self._members[name].described() for name in sorted(self._members)}
        if self._items is not None and self._items._types:
            said["items"] = self._items.described()
        return said


def described(shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """The schema of everything below `Data/`, a definition for each doctype."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Documents of a Cozy",
        "description": "Each file Data/<doctype>.json is a list of documents. _id names a document, _rev its revision; "
        "_revisions are the revisions before it, newest first, as CouchDB tells them. Dates are RFC 3339.",
        "$defs": {
            doctype: {
                "title": doctype,
                **({"description": SENTENCES[doctype]} if doctype in SENTENCES else {}),
                **shape.described(),
            }
            for doctype, shape in shapes.items()
        },
    }
