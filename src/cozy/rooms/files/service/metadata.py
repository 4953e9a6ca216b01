"""The members that every file and folder carries beside its name: dates, tags, and who made it (cozyMetadata)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from cozy.kernel.caller import Caller
from cozy.kernel.clock import iso, parse
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions

from ..errors import BadDate, BadMetadata

METADATA_DEPTH = 64  # levels
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
# What only a certified issuer may say of a file, and the doctype on which it needs leave to say so.
CERTIFIED = {
    "carbonCopy": "io.cozy.certified.carbon_copy",
    "electronicSafe": "io.cozy.certified.electronic_safe",
}


class Details(Struct, frozen=True, kw_only=True):
    """What a client says of a new file, folder or content. Dates: RFC 3339; "" or None where it does not say."""

    created_at: str = ""
    updated_at: str = ""
    dates_are_final: bool = False  # what a picture says of its time does not change `updated_at`
    tags: Sequence[str] | None = None
    metadata: Mapping[str, Any] | None = None
    executable: bool | None = None
    encrypted: bool | None = None
    extra: Mapping[str, Any] = {}  # further members of the document
    cozy_metadata: Mapping[str, Any] = {}  # further members of cozyMetadata


NO_DETAILS = Details()


def dates(work: Work, details: Details) -> dict[str, str]:
    """created_at and updated_at, now by default; nothing changes before it is made. Raises BadDate."""
    now = iso(work.now)
    created = date_of(details.created_at, "CreatedAt") or now
    updated = date_of(details.updated_at, "UpdatedAt") or now
    return {"created_at": created, "updated_at": max(created, updated)}


def date_of(text: str, parameter: str) -> str:
    """A date as it is stored, "" for none. Raises BadDate, which names the parameter."""
    try:
        return iso(parse(text)) if text else ""
    except (ValueError, OverflowError) as error:
        raise BadDate(date=text, parameter=parameter) from error


def unique(tags: Sequence[str]) -> list[str]:
    """Tags without blanks and repetitions, in their order."""
    return list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))


def allowed_metadata(work: Work, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata without the certificates that this caller may not give. Raises BadMetadata."""
    check_depth(metadata)
    return {
        name: value
        for name, value in metadata.items()
        if name not in CERTIFIED or permissions.may_all(work.caller, "POST", CERTIFIED[name])
    }


def check_depth(metadata: Mapping[str, Any]) -> None:
    """Refuse what could be stored and then not be read again. Raises BadMetadata."""
    level: list[Any] = [metadata]
    for _ in range(METADATA_DEPTH):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, Mapping) else value)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise BadMetadata("These metadata are nested too deeply.", depth=METADATA_DEPTH, parameter="metadata")


def slug_of(caller: Caller) -> str:
    """The app, connector or device that asks: its token bears its slug. "" for people and the command line."""
    return (
        caller.name
        if caller.kind not in {"owner", "system", "nobody"} and _SLUG.fullmatch(caller.name)
        else ""
    )


def new_cozy_metadata(work: Work, details: Details, *, uploaded: bool) -> dict[str, Any]:
    """cozyMetadata of something new (docs: cozy-doctypes, cozyMetadata)."""
    now = iso(work.now)
    slug = slug_of(work.caller)
    made: dict[str, Any] = {
        "doctypeVersion": "1", "metadataVersion": 1, "createdAt": now, "updatedAt": now, "createdOn": f"{work.origin}/",
    }  # fmt: skip
    if slug:
        made["createdByApp"] = slug
        made["updatedByApps"] = [_edit(work, slug)]
    if uploaded:
        made.update(_upload(work, slug))
    made.update(details.cozy_metadata)
    return made


def touched(work: Work, body: Mapping[str, Any]) -> dict[str, Any]:
    """cozyMetadata after a change."""
    known = body.get("cozyMetadata")
    if known is None:
        return new_cozy_metadata(
            work, Details(cozy_metadata={"createdAt": body["created_at"]}), uploaded=False
        )
    slug = slug_of(work.caller)
    changed = {**known, "updatedAt": iso(work.now)}
    if slug:
        edits = known.get("updatedByApps", [])
        others = [
            edit for edit in edits if (edit.get("slug"), edit.get("instance")) != (slug, f"{work.origin}/")
        ]
        changed["updatedByApps"] = [*others, _edit(work, slug)]
    return changed


def uploaded_again(work: Work, body: Mapping[str, Any], details: Details) -> dict[str, Any]:
    """cozyMetadata after a new content; what says where the file came from is filled in, never replaced."""
    changed = touched(work, body)
    slug = slug_of(work.caller)
    source = {name: value for name, value in details.cozy_metadata.items() if not changed.get(name)}
    if "sourceAccount" in source and slug and not changed.get("createdByApp"):
        changed["createdByApp"] = slug
    changed.pop("uploadedBy", None)
    return {**changed, **source, **_upload(work, slug)}


def _upload(work: Work, slug: str) -> dict[str, Any]:
    made: dict[str, Any] = {"uploadedAt": iso(work.now), "uploadedOn": f"{work.origin}/"}
    return {**made, "uploadedBy": {"slug": slug}} if slug else made


def _edit(work: Work, slug: str) -> dict[str, Any]:
    return {"slug": slug, "date": iso(work.now), "instance": f"{work.origin}/"}
