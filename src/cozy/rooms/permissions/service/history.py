"""`cozyMetadata` of a grant: who made it, who changed it, when (cozy-doctypes, document metadata)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

_DOCTYPE_VERSION = "1"


def new(work: Work, slug: str, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """That of a grant made now. slug: of the app that makes it, "" for none; given: what it says itself."""
    now = iso(work.now)
    made: dict[str, Any] = {
        "doctypeVersion": _DOCTYPE_VERSION, "metadataVersion": 1, "createdAt": now, "updatedAt": now,
    }  # fmt: skip
    if slug:
        made |= {"createdByApp": slug, "updatedByApps": [{"slug": slug, "date": now}]}
    return made | {name: value for name, value in (given or {}).items() if value}


def touched(
    work: Work, slug: str, known: Mapping[str, Any], given: Mapping[str, Any] | None
) -> dict[str, Any]:
    """That of a grant changed now. given: what takes the place of what was known, if anything."""
    if given is not None:
        return {**known, **given}
    now = iso(work.now)
    others = [entry for entry in known.get("updatedByApps", ()) if entry.get("slug") != slug]
    by = {"updatedByApps": [*others, {"slug": slug, "date": now}]} if slug else {}
    return {**known, "updatedAt": now, **by}
