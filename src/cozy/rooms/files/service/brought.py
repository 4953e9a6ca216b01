"""Files, folders and versions that are brought in from another home as they were there: with their ids, dates and revisions.

Nothing here asks what the caller may do: it is for imports, which the owner asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.blobs import Content
from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Leaf, as_leaf, generation, next_leaf

from ..errors import BadDate, BadMime, NoFile
from ..model import FILES, VERSIONS, File, clean_name, join, mime_and_class
from ..store import contents, links, tree
from . import space
from .ahead import announce_picture
from .content import hold
from .furnish import FOLDERS
from .media import announce
from .metadata import CERTIFIED, check_depth, date_of, unique
from .tree import checked_path
from .versions import keep_version

_LINKS: tuple[links.Kind, ...] = ("referenced_by", "not_synchronized_on")
_FURNISHED = frozenset(
    path
    for names in FOLDERS.values()
    for name, inner in names.items()
    for path in (f"/{name}", *(f"/{name}/{child}" for child in inner))
)


def body_of(
    work: Work, told: Mapping[str, Any], parent: File, name: str, content: Content | None
) -> dict[str, Any]:
    """What a file or folder is to be in a folder: its members as they were told, and those that depend on where it is.

    content: what a file holds. Raises BadName, BadPath, BadMetadata.
    """
    body = {key: value for key, value in told.items() if not key.startswith("_")}
    name = clean_name(name)
    body |= {
        "name": name,
        "dir_id": parent.id,
        **_dates(work, told),
        "tags": unique(_texts(told.get("tags"))),
    }
    metadata = told.get("metadata")
    body.pop("metadata", None)
    if isinstance(metadata, Mapping):
        check_depth(metadata)
        if kept := {key: value for key, value in metadata.items() if key not in CERTIFIED}:
            body["metadata"] = kept
    if not isinstance(told.get("cozyMetadata"), Mapping):
        body["cozyMetadata"] = {}
    check_depth(body["cozyMetadata"])
    for kind in _LINKS:
        body.pop(kind, None)
        if known := _targets(told.get(kind)):
            body[kind] = known
    if not parent.is_trashed:
        body.pop("restore_path", None)
    if content is None:
        return {**body, "type": "directory", "path": checked_path(join(parent.path, name))}
    return {
        **body, "type": "file", **_held(content, told, name), "executable": told.get("executable") is True,
        "encrypted": told.get("encrypted") is True, "trashed": parent.is_trashed,
    }  # fmt: skip


def _dates(work: Work, told: Mapping[str, Any]) -> dict[str, str]:
    """Those that it was told with, where they are some; nothing changes before it is made."""
    created, updated = _date(told.get("created_at")), _date(told.get("updated_at"))
    created = created or updated or iso(work.now)
    return {"created_at": created, "updated_at": max(created, updated or created)}


def _date(said: object) -> str:
    try:
        return date_of(said, "") if isinstance(said, str) else ""
    except BadDate:
        return ""


def _texts(said: object) -> list[str]:
    return [each for each in said if isinstance(each, str)] if isinstance(said, list) else []


def _targets(said: object) -> list[dict[str, str]]:
    found = [
        {"type": str(each["type"]), "id": str(each["id"])}
        for each in (said if isinstance(said, list) else ())
        if isinstance(each, Mapping) and each.get("type") and each.get("id")
    ]
    return [each for at, each in enumerate(found) if each not in found[:at]]


def _held(content: Content, told: Mapping[str, Any], name: str) -> dict[str, Any]:
    mime, kind = told.get("mime"), told.get("class")
    try:
        guessed = mime_and_class(mime if isinstance(mime, str) else "", name)
    except BadMime:
        guessed = mime_and_class("", name)
    return {
        "size": str(content.size), "md5sum": content.md5, "sha256": content.sha256,
        "mime": mime if isinstance(mime, str) and mime else guessed[0],
        "class": kind if isinstance(kind, str) and kind else guessed[1],
    }  # fmt: skip


def by_id(work: Work, id_: str) -> File | None:
    """A file or folder, in the bin too."""
    return tree.by_id(work, id_)


def named(work: Work, dir_id: str, name: str) -> File | None:
    """What has this name in a folder."""
    return tree.child_named(work, dir_id, clean_name(name))


def put(work: Work, id_: str, leaf: Leaf, content: Content | None, quota: int | None) -> File:
    """A file or folder at this revision, made or changed. content: what a file holds; what it held is a version then.

    Raises NoFile, NameTaken, BadPath, OverQuota. Publishes MediaStored, PictureStored.
    """
    current = tree.by_id(work, id_)
    written = tree.impose(work, current, id_, _over_tombstone(work, id_, leaf) if current is None else leaf)
    for kind in _LINKS:
        links.forget_kind(work, kind, id_)
        for link in written.body.get(kind, ()):
            links.add(work, kind, id_, link["type"], link["id"])
    if content is None:
        _move_below(work, current, written)
        return written
    if current is None:
        hold(work, content, quota)
    elif current.sha256 != content.sha256:
        contents.keep(work, content)
        keep_version(work, current)
        space.count(work, content.size, quota)
    if "extractor_version" not in written.body.get("metadata", {}):
        announce(work, written, is_new=False, dates_count=False)
    announce_picture(work, written)
    return written


def _over_tombstone(work: Work, id_: str, leaf: Leaf) -> Leaf:
    """The same as the next revision, where something of this id was deleted: whoever follows the home hears of it."""
    known = documents.latest(work, FILES, [id_]).get(id_)
    return leaf if known is None else next_leaf(as_leaf(known), leaf.body)


def _move_below(work: Work, current: File | None, written: File) -> None:
    if current is None or current.path == written.path:
        return
    for folder in tree.folders_below(work, current.path):
        moved = checked_path(written.path + folder.path[len(current.path) :])
        tree.replace(work, folder, {**folder.body, "path": moved})


def put_version(work: Work, id_: str, leaf: Leaf, content: Content, quota: int | None) -> None:
    """What a file held before, at this revision: `<file id>/<version>`. Raises NoFile, OverQuota."""
    file_id = id_.partition("/")[0]
    file = tree.by_id(work, file_id)
    if file is None or file.is_folder:
        raise NoFile(id=file_id)
    documents.graft(work, VERSIONS, id_, leaf)
    hold(work, content, quota)


def version_body(told: Mapping[str, Any], file: File, content: Content) -> dict[str, Any]:
    """What is kept of something that a file held before, as it was told. Raises BadMetadata."""
    body = {key: value for key, value in told.items() if not key.startswith("_")}
    metadata, known = body.pop("metadata", None), told.get("cozyMetadata")
    if isinstance(metadata, Mapping):
        check_depth(metadata)
        if kept := {key: value for key, value in metadata.items() if key not in CERTIFIED}:
            body["metadata"] = kept
    updated = _date(told.get("updated_at")) or file.updated_at
    return {
        **body, **_held(content, {"mime": file.mime, "class": file.body.get("class"), **told}, file.name),
        "file_id": file.id, "updated_at": updated, "tags": unique(_texts(told.get("tags"))),
        "cozyMetadata": dict(known) if isinstance(known, Mapping) else {"createdAt": updated},
        "relationships": {"file": {"data": {"_id": file.id, "_type": FILES}}},
    }  # fmt: skip


def gives_way(work: Work, folder: File) -> bool:
    """Make room for a folder of another home where this one's is as every new home has it, with nothing in it; whether it was."""
    if not _is_furnished(folder):
        return False
    below = tree.folders_below(work, folder.path)
    if not all(map(_is_furnished, below)):
        return False
    if any(True for _ in tree.files_in(work, [folder.id, *(each.id for each in below)])):
        return False
    for each in (*reversed(below), folder):
        tree.remove(work, each)
        links.forget(work, each.id)
    return True


def _is_furnished(folder: File) -> bool:
    return folder.path in _FURNISHED and generation(folder.rev) == 1


def join_links(work: Work, file: File, told: Mapping[str, Any]) -> File:
    """Let a file that is here already be part of what its twin elsewhere is part of, with its tags. Raises NameTaken."""
    known = list(file.body.get("referenced_by", ()))
    new = [each for each in _targets(told.get("referenced_by")) if each not in known]
    tags = [tag for tag in unique(_texts(told.get("tags"))) if tag not in file.body.get("tags", ())]
    if not new and not tags:
        return file
    for each in new:
        links.add(work, "referenced_by", file.id, each["type"], each["id"])
    body = {**file.body, "tags": [*file.body.get("tags", ()), *tags]}
    if known or new:
        body["referenced_by"] = [*known, *new]
    return tree.replace(work, file, body)
