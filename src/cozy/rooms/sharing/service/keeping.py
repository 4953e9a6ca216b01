"""Sharings as they are kept: found, listed, written."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document, Query

from ..errors import NoSharing
from ..model import FIELDS, SHARINGS, Credentials, Sharing, body_of, from_body

T = TypeVar("T")
LIMIT = 1000  # cozy-stack's


def fetch(work: Work, sharing_id: str) -> Sharing:
    """A sharing, active or not. Raises NoSharing."""
    try:
        return of_document(documents.fetch(work, SHARINGS, sharing_id))
    except NoDocument as error:
        raise NoSharing(id=sharing_id[:100]) from error


def of_document(found: Document) -> Sharing:
    """The sharing that a document holds."""
    return from_body(found.id, found.rev, found.body)


def all_(work: Work, selector: Mapping[str, Any] | None = None) -> list[Sharing]:
    """The sharings of this home, a thousand at most, those that ended and those that wait for an answer too."""
    found = documents.find(work, SHARINGS, Query(selector=selector or {}, limit=LIMIT)).documents
    return [of_document(each) for each in found]


def active(work: Work) -> list[Sharing]:
    """The sharings by which something is shared now."""
    return all_(work, {"active": True})


def create(work: Work, sharing: Sharing, *, id_: str | None = None) -> Sharing:
    """Keep a new sharing. Raises UpdateConflict when there is one of that id."""
    return of_document(documents.create(work, SHARINGS, body_of(sharing), id_=id_))


def put(work: Work, sharing: Sharing) -> Sharing:
    """Keep a sharing as it is now; what its document holds that we do not know stays. Raises UpdateConflict, NoSharing."""
    try:
        current = documents.fetch(work, SHARINGS, sharing.id)
    except NoDocument as error:
        raise NoSharing(id=sharing.id) from error
    unknown = {name: value for name, value in current.body.items() if name not in FIELDS}
    if unknown | body_of(sharing) == dict(current.body):
        return of_document(current)
    body = body_of(replace(sharing, updated_at=iso(work.now)))
    return of_document(documents.update(work, current, unknown | body))


def remove(work: Work, sharing: Sharing) -> None:
    """Forget a sharing."""
    documents.delete(work, documents.fetch(work, SHARINGS, sharing.id))


def with_member(sharing: Sharing, index: int, **changes: Any) -> Sharing:
    """The sharing with something else said of a member."""
    return replace(
        sharing, members=put_at(sharing.members, index, replace(sharing.members[index], **changes))
    )


def with_secrets(sharing: Sharing, index: int, secrets: Credentials) -> Sharing:
    """The sharing with other secrets between this home and that of a member."""
    at = index - 1 if sharing.owner else 0
    return replace(sharing, credentials=put_at(sharing.credentials, at, secrets))


def put_at(items: Sequence[T], at: int, item: T) -> tuple[T, ...]:
    """The items with another one in that place."""
    return (*items[:at], item, *items[at + 1 :])


def unasked(work: Work) -> Work:
    """The same work, for what follows from something that was allowed: whoever asked may not see files, or people."""
    return dataclasses.replace(work, caller=SYSTEM)
