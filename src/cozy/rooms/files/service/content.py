"""Files as bytes: create, overwrite, copy, open."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from cozy.kernel.blobs import Content
from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .. import access
from ..errors import NameTaken, NoFile, OverQuota
from ..events import GuestBrought
from ..model import File, Version, clean_name, kind_after_rename, mime_and_class
from ..store import contents, tree, versions
from . import space
from .ahead import announce_picture
from .media import Facts, announce, with_facts, without_extracted
from .metadata import (
    CERTIFIED,
    NO_DETAILS,
    Details,
    allowed_metadata,
    date_of,
    dates,
    new_cozy_metadata,
    unique,
    uploaded_again,
)
from .sidecars import announce_sidecar
from .tree import LONGEST_EXTENSION, check_rev, fitted, free_name
from .versions import drop_version, keep_version, release, tidy

COPY = {"en": "copy", "fr": "copie"}


def room_left(work: Work, quota: int | None) -> int | None:
    """Bytes that may still be stored; None when only the disk limits them."""
    return None if quota is None else max(0, quota - contents.usage(work))


def expect_file(
    work: Work, dir_id: str, name: str, content_type: str, size: int | None, details: Details,
    *, quota: int | None = None,
) -> int | None:  # fmt: skip
    """Before the first byte of a new file: the most bytes that it may hold, None for no limit.

    Raises NoParent, ParentInTrash, NotAllowed, BadName, NameTaken, BadMime, BadDate, OverQuota, as create_file will.
    """
    parent = access.parent(work, dir_id, "POST")
    clean = clean_name(name)
    mime_and_class(content_type, clean)
    dates(work, details)
    if tree.child_named(work, parent.id, clean) is not None:
        raise NameTaken(name=clean, dir_id=parent.id)
    return limit_of(work, size, quota)


def expect_content(
    work: Work, file_id: str, rev: str, size: int | None, details: Details, *, quota: int | None = None
) -> int | None:
    """Before the first byte of a file's next content: the most bytes that it may hold, None for no limit.

    Raises NoFile, NotAllowed, IsFolder, Changed, BadDate, OverQuota, as overwrite will.
    """
    check_rev(access.content_file(work, file_id, "PUT"), rev)
    dates(work, details)
    return limit_of(work, size, quota)


def limit_of(work: Work, size: int | None, quota: int | None) -> int | None:
    """The most bytes that something new may hold, None for no limit. Raises OverQuota when `size` is more."""
    left = room_left(work, quota)
    if left is not None and (size or 0) > left:
        raise OverQuota(quota=quota)
    return left


def create_file(
    work: Work, dir_id: str, name: str, content: Content, content_type: str, details: Details = NO_DETAILS,
    *, facts: Facts | None = None, quota: int | None = None,
) -> File:  # fmt: skip
    """Make a file of a content that is already stored safely. facts: what it says of itself, where that is known.

    Raises NoParent, ParentInTrash, NotAllowed, BadName, NameTaken, BadMime, BadDate, OverQuota.
    Publishes MediaStored, PictureStored, SidecarStored, GuestBrought.
    """
    parent = access.parent(work, dir_id, "POST")
    clean = clean_name(name)
    body = {
        "type": "file", "name": clean, "dir_id": parent.id, **dates(work, details), "tags": unique(details.tags or ()),
        **_held(content, content_type, clean), "executable": bool(details.executable), "trashed": False,
        "encrypted": bool(details.encrypted), **details.extra,
        "cozyMetadata": new_cozy_metadata(work, details, uploaded=True),
    }  # fmt: skip
    if details.metadata:
        body["metadata"] = allowed_metadata(work, details.metadata)
    dates_count = not details.dates_are_final
    if facts is not None:
        body = with_facts(work, body, facts, sets_created_at=True, sets_updated_at=dates_count)
    file = tree.insert(work, body)
    hold(work, content, quota)
    if facts is None:
        announce(work, file, is_new=True, dates_count=dates_count)
    announce_picture(work, file)
    announce_sidecar(work, file)
    if work.caller.kind == "share":
        work.publish(GuestBrought(file.id, work.caller.permission))
    return file


def _held(content: Content, content_type: str, name: str) -> dict[str, Any]:
    mime, kind = mime_and_class(content_type, name)
    return {
        "size": str(content.size), "md5sum": content.md5, "sha256": content.sha256, "mime": mime, "class": kind,
    }  # fmt: skip


def hold(work: Work, content: Content, quota: int | None) -> None:
    """Keep a content that a document now names, and count its bytes. Raises OverQuota."""
    contents.keep(work, content)
    space.count(work, content.size, quota)


def overwrite(
    work: Work, file_id: str, content: Content, content_type: str, details: Details = NO_DETAILS,
    *, rev: str = "", facts: Facts | None = None, quota: int | None = None,
) -> File:  # fmt: skip
    """Give a file a new content; the old one becomes a version. What the details leave out stays as it was.

    facts: what the content says of itself, where that is known.
    Raises NoFile, NotAllowed, IsFolder, Changed, BadMime, BadDate, OverQuota. Publishes MediaStored, PictureStored,
    SidecarStored.
    """
    file = access.content_file(work, file_id, "PUT")
    check_rev(file, rev)
    updated = date_of(details.updated_at, "UpdatedAt") or iso(work.now)
    body = {
        **file.body, **_held(content, content_type, file.name), **_labels(work, details),
        "updated_at": max(updated, file.body["created_at"]), "cozyMetadata": uploaded_again(work, file.body, details),
    }  # fmt: skip
    is_other = content.sha256 != file.sha256
    if is_other and not details.metadata and "metadata" in body:
        body["metadata"] = without_extracted(file.body["metadata"])
    dates_count = not details.dates_are_final
    if facts is not None:
        body = with_facts(work, body, facts, sets_created_at=False, sets_updated_at=dates_count)
    written = tree.replace(work, file, body)
    contents.keep(work, content)
    if facts is None:
        announce(work, written, is_new=False, dates_count=dates_count)
    if is_other:
        announce_picture(work, written)
        announce_sidecar(work, written)
        keep_version(work, file)
        tidy(work, file.id)
        space.count(work, content.size, quota)
    elif quota is not None and contents.usage(work) > quota:
        raise OverQuota(quota=quota)
    return written


def _labels(work: Work, details: Details) -> dict[str, Any]:
    """The members that a client may send along with a next content."""
    given: dict[str, Any] = {}
    if details.tags is not None:
        given["tags"] = unique(details.tags)
    if details.executable is not None:
        given["executable"] = details.executable
    if details.encrypted is not None:
        given["encrypted"] = details.encrypted
    if details.metadata:
        given["metadata"] = allowed_metadata(work, details.metadata)
    return given


def copy(work: Work, file_id: str, *, dir_id: str = "", name: str = "", quota: int | None = None) -> File:
    """Make a second file of the same content, in the same folder or another; a taken name gets a number.

    name: "" for the old one with "(copy)" in the owner's language. What the file is part of is not copied.
    Raises NoFile, NotAllowed, IsFolder, NoParent, ParentInTrash, BadName, NameTaken, OverQuota.
    """
    file = access.content_file(work, file_id, "GET")
    parent = access.parent(work, dir_id or file.dir_id, "POST")
    wanted = clean_name(name or _copy_name(file.name, homes.profile(work).locale))
    metadata = {k: v for k, v in file.body.get("metadata", {}).items() if k not in CERTIFIED}
    left_out = {"referenced_by", "restore_path", "metadata"}
    body = {
        **{k: v for k, v in file.body.items() if k not in left_out}, **({"metadata": metadata} if metadata else {}),
        "dir_id": parent.id, "name": free_name(work, parent.id, wanted), "trashed": False, **dates(work, NO_DETAILS),
        **kind_after_rename(file, wanted), "cozyMetadata": new_cozy_metadata(work, NO_DETAILS, uploaded=True),
    }  # fmt: skip
    made = tree.insert(work, body)
    space.count(work, file.size, quota)
    return made


def _copy_name(name: str, locale: str) -> str:
    """`hello.pdf` becomes `hello (copy).pdf`."""
    path = PurePosixPath(name)
    return fitted(path.stem, f" ({COPY.get(locale, COPY['en'])}){path.suffix[:LONGEST_EXTENSION]}")


def open_content(work: Work, file_id: str) -> tuple[File, Content]:
    """A file and what it holds. Raises NoFile, NotAllowed, IsFolder."""
    file = access.content_file(work, file_id, "GET")
    return file, content_of(work, file.sha256)


def content_in_file(work: Work, file: File) -> Content:
    """What a file holds that the caller was just given. Raises NoFile, IsFolder."""
    return content_of(work, access.only_content(file).sha256)


def open_at(work: Work, path: str) -> tuple[File, Content]:
    """The same, by its path. Raises NoFile, NotAllowed, IsFolder."""
    file = access.only_content(access.file_at(work, path, "GET"))
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
