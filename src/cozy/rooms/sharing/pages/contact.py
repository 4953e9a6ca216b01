"""What is shared with somebody of the address book, on their page there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document

from ..service import people
from . import faces
from .door import PEOPLE_URL, words


def on_page_of_contact(work: Work, contact: Document) -> tuple[str, Mapping[str, Any]] | None:
    """How much is shared with them, with a way to what."""
    found = people.of_contact(work, contact)
    if found is None:
        return None
    facts = {"url": f"{PEOPLE_URL}/{found.key}", "told": faces.person_line(words(work), found)}
    return "sharing/on_contact.html", facts
