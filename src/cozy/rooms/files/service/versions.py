"""What a file held before: kept at each overwrite, listed, labelled, brought back, forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cozy.kernel.clock import iso, parse
from cozy.kernel.work import Work

from .. import access
from ..model import File, Version
from ..store import contents, tree, versions
from . import space
from .media import announce
from .metadata import (
    CERTIFIED,
    NO_DETAILS,
    allowed_metadata,
    new_cozy_metadata,
    touched,
    unique,
    uploaded_again,
)

_BATCH = 200  # versions forgotten in one transaction


def keep_version(work: Work, file: File) -> Version:
    """Keep what a file holds, under the name of the revision that held it."""
    known = file.body.get("cozyMetadata", {})
    made = {name: known[name] for name in ("uploadedAt", "uploadedOn", "uploadedBy") if name in known}
    body: dict[str, Any] = {
        "file_id": file.id, "updated_at": file.updated_at, "size": file.body["size"], "md5sum": file.md5sum,
        "sha256": file.sha256, "mime": file.mime, "class": file.body["class"], "tags": [],
        "cozyMetadata": {**new_cozy_metadata(work, NO_DETAILS, uploaded=False), "uploadedAt": file.updated_at, **made},
        "relationships": {"file": {"data": {"_id": file.id, "_type": "io.cozy.files"}}},
    }  # fmt: skip
    if "metadata" in file.body:
        body["metadata"] = file.body["metadata"]
    return versions.insert(work, f"{file.id}/{file.rev}", body)


def tidy(work: Work, file_id: str) -> None:
    """Let go of versions by the rule in force: how many, and how far apart."""
    for old in _superfluous(work, versions.of_file(work, file_id)):
        drop_version(work, old)


def _superfluous(work: Work, kept: list[Version]) -> list[Version]:
    """The versions to let go of; a tagged one always stays.

    Of versions by the same hand that were kept sooner after each other than the setting, the older ones go; of what remains,
    the newest stay. What others write, and the times that they say, never drive out what somebody else wrote.
    """
    apart = timedelta(seconds=work.settings.versions_apart_s)
    going: list[Version] = []
    stayed: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for version in sorted(kept, key=_kept_at, reverse=True):
        if version.body["tags"]:
            continue
        at, others = parse(_kept_at(version)), stayed[_hand(version)]
        if (others and others[-1] - at < apart) or len(others) >= work.settings.versions_kept:
            going.append(version)
        else:
            others.append(at)
    return going


def _kept_at(version: Version) -> str:
    return str(version.body["cozyMetadata"].get("createdAt") or version.body["updated_at"])


def _hand(version: Version) -> tuple[str, str]:
    """Who wrote it, as far as is known: in which home, and by what."""
    made = version.body["cozyMetadata"]
    by = made.get("uploadedBy")
    return str(made.get("uploadedOn", "")), str(by.get("slug", "")) if isinstance(by, Mapping) else ""


def drop_version(work: Work, version: Version) -> None:
    """Forget an old version; its bytes go when nothing else names them."""
    versions.remove(work, version)
    release(work, version.sha256, version.size)


def release(work: Work, sha256: str, size: int) -> None:
    """A document no longer names this content."""
    contents.add_usage(work, -size)
    contents.free_unused(work, sha256)


def versions_of(work: Work, file_id: str) -> list[Version]:
    """The old versions of a file, newest first. Raises NoFile, NotAllowed, IsFolder."""
    return versions.of_file(work, access.content_file(work, file_id, "GET").id)


def tag_version(work: Work, file_id: str, version: str, tags: Sequence[str]) -> Version:
    """Label a version; one with a tag is never let go of by itself. Raises NoFile, NotAllowed, IsFolder, NoVersion."""
    file = access.content_file(work, file_id, "PATCH")
    found = versions.fetch(work, f"{file.id}/{version}")
    known = {**found.body["cozyMetadata"], "updatedAt": iso(work.now)}
    return versions.replace(work, found, {**found.body, "tags": unique(tags), "cozyMetadata": known})


def delete_version(work: Work, file_id: str, version: str) -> None:
    """Forget a version for good. Raises NoFile, NotAllowed, IsFolder, NoVersion."""
    access.for_good(work)
    file = access.content_file(work, file_id, "DELETE")
    drop_version(work, versions.fetch(work, f"{file.id}/{version}"))


def clear_versions(work: Work) -> int:
    """Forget a batch of the home's old versions; returns how many, 0 when there are none left. Raises NotAllowed."""
    access.every(work, "DELETE")
    going = versions.first(work, _BATCH)
    for version in going:
        drop_version(work, version)
    return len(going)


def revert(work: Work, file_id: str, version: str) -> File:
    """Bring an old content back; the present one becomes a version. Raises NoFile, NotAllowed, IsFolder, NoVersion."""
    file = access.content_file(work, file_id, "POST")
    found = versions.fetch(work, f"{file.id}/{version}")
    old = found.body
    body: dict[str, Any] = {
        **{k: v for k, v in file.body.items() if k != "metadata"},
        **{k: old[k] for k in ("size", "md5sum", "sha256", "mime", "class", "updated_at", "metadata") if k in old},
    }  # fmt: skip
    body["cozyMetadata"] = {
        **{k: v for k, v in touched(work, file.body).items() if k != "uploadedBy"},
        **{k: v for k, v in old["cozyMetadata"].items() if k in {"uploadedAt", "uploadedOn", "uploadedBy"}},
    }
    keep_version(work, file)
    written = tree.replace(work, file, body)
    versions.remove(work, found)
    return written


def relabel(
    work: Work, file_id: str, metadata: Mapping[str, Any], tags: Sequence[str], *, quota: int | None = None
) -> File:
    """Give a file new metadata and tags as if the same content were sent again; what it was becomes a version.

    Certificates stay as long as only the qualification changes.
    Raises NoFile, NotAllowed, IsFolder, OverQuota. Publishes MediaStored.
    """
    file = access.content_file(work, file_id, "PUT")
    given = allowed_metadata(work, metadata)
    known = file.body.get("metadata", {})
    kept = {
        name: known[name]
        for name in CERTIFIED
        if name in known and not set(given) - {"qualification", *CERTIFIED}
    }
    keep_version(work, file)
    body = {
        **file.body, "metadata": {**kept, **given}, "tags": unique(tags),
        "cozyMetadata": uploaded_again(work, file.body, NO_DETAILS),
    }  # fmt: skip
    written = tree.replace(work, file, body)
    announce(work, written, is_new=False, dates_count=True)
    space.count(work, file.size, quota)
    return written
