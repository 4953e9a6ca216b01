"""What replicas keep here beside documents, and doctypes as the databases that they see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.work import Work

from .. import access
from ..errors import DoctypeThere, NoDocument, UpdateConflict
from ..store import checkpoints, lists
from ..store import rows as store
from . import designs


def doctypes(work: Work) -> list[str]:
    """The doctypes of the home that may be shown."""
    return access.doctypes(work)


def begin(work: Work, doctype: str) -> None:
    """Nothing needs to be made for a doctype. Raises DoctypeThere when it is in use."""
    access.writable(work, doctype, "POST")
    if store.is_used(work, doctype):
        reason = "The database could not be created, the file already exists."  # CouchDB's words
        raise DoctypeThere(error="file_exists", reason=reason, doctype=doctype)


def settle(work: Work, doctype: str) -> None:
    """What was written is safe: every answer comes after the disk."""
    access.writable(work, doctype, "GET")


def erase(work: Work, doctype: str) -> None:
    """Remove every document of a doctype, what replicas remember and its indexes, for good."""
    access.writable(work, doctype, "DELETE")
    lists.erase(work, doctype)
    designs.forget(work, doctype)
    access.followed(work, doctype, None)


def checkpoint(work: Work, doctype: str, name: str) -> tuple[str, dict[str, Any]]:
    """The revision and the members of a `_local` document. Raises NoDocument."""
    access.readable(work, doctype)
    found = checkpoints.fetch(work, doctype, name)
    if found is None:
        raise NoDocument(reason="missing", doctype=doctype, id=f"_local/{name}")
    return f"0-{found[0]}", found[1]


def remember(work: Work, doctype: str, name: str, rev: str, body: Mapping[str, Any]) -> str:
    """Write a `_local` document and give its new revision. Raises UpdateConflict."""
    access.readable(work, doctype)
    found = checkpoints.fetch(work, doctype, name)
    edits = found[0] if found else 0
    if found and rev != f"0-{edits}":
        raise UpdateConflict(doctype=doctype, id=f"_local/{name}")
    checkpoints.write(work, doctype, name, edits + 1, body)
    return f"0-{edits + 1}"
