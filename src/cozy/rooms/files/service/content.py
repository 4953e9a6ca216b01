"""Files as bytes: create, overwrite, open, and the versions that overwriting keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cozy.kernel.blobs import Content
from cozy.kernel.clock import iso, parse
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work

from .. import access
from ..errors import NoFile, OverQuota
from ..model import File, Version, clean_name, mime_and_class
from ..store import contents, tree, versions
from .metadata import Details, dates, new_cozy_metadata, touched, unique
from .tree import check_rev


def room_left(work: Work, quota: int | None) -> int | None:
    """Bytes that may still be stored; None when only the disk limits them."""
    return None if quota is None else max(0, quota - contents.usage(work))


def create_file(
    work: Work, dir_id: str, name: str, content: Content, content_type: str, details: Details = Details(),
    *, quota: int | None = None,
) -> File:  # fmt: skip
    """Make a file of a content that is already stored safely.

    Raises NoParent, ParentInTrash, NotAllowed, BadName, NameTaken, BadMime, BadDate, OverQuota.
    """
    parent = access.parent(work, dir_id, "POST")
    clean = clean_name(name)
    body = {
        "type": "file", "name": clean, "dir_id": parent.id, **dates(work, details), "tags": unique(details.tags),
        **_held(content, content_type, clean), "executable": details.executable, "trashed": False,
        "encrypted": details.encrypted, **details.extra,
        "cozyMetadata": new_cozy_metadata(work, details, uploaded=True),
    }  # fmt: skip
    if details.metadata:
        body["metadata"] = dict(details.metadata)
    file = tree.insert(work, body)
    hold(work, content, quota)
    return file


def _held(content: Content, content_type: str, name: str) -> dict[str, Any]:
    mime, kind = mime_and_class(content_type, name)
    return {
        "size": str(content.size), "md5sum": content.md5, "sha256": content.sha256, "mime": mime, "class": kind,
    }  # fmt: skip


def hold(work: Work, content: Content, quota: int | None) -> None:
    """Keep a content that a document now names, and count its bytes. Raises OverQuota."""
    contents.keep(work, content)
    if contents.add_usage(work, content.size) > (quota if quota is not None else float("inf")):
        raise OverQuota(quota=quota)


def release(work: Work, sha256: str, size: int) -> None:
    """A document no longer names this content."""
    contents.add_usage(work, -size)
    contents.free_unused(work, sha256)


def overwrite(
    work: Work, file_id: str, content: Content, content_type: str, details: Details = Details(),
    *, rev: str = "", quota: int | None = None,
) -> File:  # fmt: skip
    """Give a file a new content; the old one becomes a version.

    Raises NoFile, NotAllowed, IsFolder, Changed, BadMime, BadDate, OverQuota.
    """
    file = access.content_file(work, file_id, "PUT")
    check_rev(file, rev)
    body = {
        **file.body, **_held(content, content_type, file.name),
        "updated_at": _later(file, details, work), "cozyMetadata": touched(work, file.body, uploaded=True),
    }  # fmt: skip
    if details.metadata:
        body["metadata"] = dict(details.metadata)
    written = tree.replace(work, file, body)
    contents.keep(work, content)
    if content.sha256 != file.sha256:
        _keep_version(work, file)
        contents.add_usage(work, content.size)
    _check_quota(work, quota)
    return written


def _later(file: File, details: Details, work: Work) -> str:
    stamp = dates(work, Details(created_at=file.body["created_at"], updated_at=details.updated_at or iso(work.now)))
    return stamp["updated_at"]


def _check_quota(work: Work, quota: int | None) -> None:
    if quota is not None and contents.usage(work) > quota:
        raise OverQuota(quota=quota)


def _keep_version(work: Work, file: File) -> None:
    """Keep what a file held, then let go of versions by the rule in force: how many, and how far apart."""
    body = {
        "file_id": file.id, "updated_at": file.updated_at, "size": file.body["size"], "md5sum": file.md5sum,
        "sha256": file.sha256, "mime": file.mime, "tags": [], "cozyMetadata": dict(file.body.get("cozyMetadata", {})),
        "relationships": {"file": {"data": {"_id": file.id, "_type": "io.cozy.files"}}},
    }  # fmt: skip
    if "metadata" in file.body:
        body["metadata"] = file.body["metadata"]
    versions.insert(work, f"{file.id}/{new_id()}", body)
    for old in _superfluous(work, versions.of_file(work, file.id)):
        drop_version(work, old)


def _superfluous(work: Work, kept: list[Version]) -> list[Version]:
    """The versions to let go of, newest first in `kept`; a tagged one always stays.

    Of versions closer together than the setting, the older ones go; of what remains, the newest stay.
    """
    apart = timedelta(seconds=work.settings.versions_apart_s)
    going: list[Version] = []
    last = None
    stayed = 0
    for version in kept:
        at = parse(str(version.body["updated_at"]))
        if version.body["tags"]:
            continue
        if (last is not None and last - at < apart) or stayed >= work.settings.versions_kept:
            going.append(version)
        else:
            last = at
            stayed += 1
    return going


def drop_version(work: Work, version: Version) -> None:
    """Forget an old version; its bytes go when nothing else names them."""
    versions.remove(work, version)
    release(work, version.sha256, version.size)


def open_content(work: Work, file_id: str) -> tuple[File, Content]:
    """A file and what it holds. Raises NoFile, NotAllowed, IsFolder."""
    file = access.content_file(work, file_id, "GET")
    return file, content_of(work, file.sha256)


def content_of(work: Work, sha256: str) -> Content:
    """A content that a document names. Raises NoFile when it is missing, which `cozy check` reports."""
    content = contents.fetch(work, sha256)
    if content is None:
        raise NoFile(sha256=sha256)
    return content


def open_version(work: Work, file_id: str, version: str) -> tuple[File, Version, Content]:
    """An old version of a file. Raises NoFile, NotAllowed, IsFolder, NoVersion."""
    file = access.content_file(work, file_id, "GET")
    found = versions.fetch(work, f"{file.id}/{version}")
    return file, found, content_of(work, found.sha256)


def drop_file(work: Work, file: File) -> None:
    """Remove a file for good, its versions with it."""
    for version in versions.of_file(work, file.id):
        drop_version(work, version)
    tree.remove(work, file)
    release(work, file.sha256, file.size)
