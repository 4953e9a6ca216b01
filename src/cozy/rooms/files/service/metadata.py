"""The members that every file and folder carries beside its name: dates, tags, and who made it (cozyMetadata)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from cozy.kernel.clock import iso, parse
from cozy.kernel.work import Work

from ..errors import BadDate


class Details(Struct, frozen=True, kw_only=True):
    """What a client says of a new file or folder. Dates: RFC 3339; "" where it does not say."""

    created_at: str = ""
    updated_at: str = ""
    tags: Sequence[str] = ()
    metadata: Mapping[str, Any] | None = None
    executable: bool = False
    encrypted: bool = False
    extra: Mapping[str, Any] = {}  # further members of the document
    cozy_metadata: Mapping[str, Any] = {}  # further members of cozyMetadata


def dates(work: Work, details: Details) -> dict[str, str]:
    """created_at and updated_at; what changed before it was made changed when it was made. Raises BadDate."""
    created = _date(details.created_at, "CreatedAt") or iso(work.now)
    updated = _date(details.updated_at, "UpdatedAt") or (created if details.created_at else iso(work.now))
    return {"created_at": created, "updated_at": max(created, updated)}


def _date(text: str, parameter: str) -> str:
    try:
        return iso(parse(text)) if text else ""
    except (ValueError, OverflowError) as error:
        raise BadDate(date=text, parameter=parameter) from error


def unique(tags: Sequence[str]) -> list[str]:
    """Tags without blanks and repetitions, in their order."""
    return list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))


def new_cozy_metadata(work: Work, details: Details, *, uploaded: bool) -> dict[str, Any]:
    """cozyMetadata of something new (docs: cozy-doctypes, cozyMetadata)."""
    now = iso(work.now)
    made = {
        "doctypeVersion": "1", "metadataVersion": 1, "createdAt": now, "updatedAt": now,
        "createdOn": f"{work.origin}/", **details.cozy_metadata,
    }  # fmt: skip
    return {**made, **_upload(work)} if uploaded else made


def touched(work: Work, body: Mapping[str, Any], *, uploaded: bool = False) -> dict[str, Any]:
    """cozyMetadata after a change."""
    known = body.get("cozyMetadata") or new_cozy_metadata(work, Details(), uploaded=False)
    return {**known, "updatedAt": iso(work.now), **(_upload(work) if uploaded else {})}


def _upload(work: Work) -> dict[str, Any]:
    return {"uploadedAt": iso(work.now), "uploadedOn": f"{work.origin}/"}
