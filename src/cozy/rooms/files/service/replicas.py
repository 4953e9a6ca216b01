"""Copies of files and folders of other homes: their ids, members and revisions come from there, the rules of the tree hold.

Nothing here asks what the caller may do: it is for rooms that keep copies in step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.clock import iso
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Leaf, generation

from ..errors import BadMime, NoFile
from ..model import FILES, File, clean_name, join, mime_and_class
from ..store import contents, links, sums, tree, versions
from . import space
from .ahead import announce_picture
from .content import hold
from .media import EXTRACTED, announce
from .metadata import CERTIFIED, Details, check_depth, date_of, new_cozy_metadata, touched, unique
from .sidecars import announce_sidecar
from .tree import checked_path, free_name
from .versions import keep_version, tidy

_PERSONAL = frozenset({"favorite"})  # members of cozyMetadata that are about one person's own use
_PLAIN = ("created_at", "updated_at", "tags", "executable", "encrypted", "mime", "class")
NOT_TOLD = frozenset({*EXTRACTED, *CERTIFIED})  # of the metadata: each home reads the first ones itself


class Made(Struct, frozen=True):
    """A revision that was made elsewhere. revisions: digests of it and its ancestors, the newest first."""

    rev: str
    revisions: tuple[str, ...]


class Replica(Struct, frozen=True, kw_only=True):
    """What a file or folder is to be. made: the revision that this is elsewhere; None for one of this home's own.

    members: those of the document that other homes tell of. links: what it is part of, None when that stays.
    """

    id: str
    dir_id: str
    name: str
    members: Mapping[str, Any]
    made: Made | None = None
    links: Sequence[Mapping[str, str]] | None = None


def look(work: Work, id_: str) -> File | None:
    """A file or folder, in the bin too."""
    return tree.by_id(work, id_)


def look_at(work: Work, ids: Sequence[str]) -> dict[str, File]:
    """Those of these files and folders that there are, by id."""
    found: dict[str, File] = {}
    for start in range(0, len(ids), 500):
        found |= tree.by_ids(work, list(ids[start : start + 500]))
    return found


def named(work: Work, dir_id: str, name: str) -> File | None:
    """What has this name in a folder."""
    return tree.child_named(work, dir_id, clean_name(name))


def files_in(work: Work, dir_ids: Sequence[str]) -> Iterator[File]:
    """Every file directly in these folders."""
    return tree.files_in(work, dir_ids)


def folders_below(work: Work, folder: File) -> list[File]:
    """Every folder inside a folder, at any depth, parents before children."""
    return tree.folders_below(work, folder.path)


def linked_to(work: Work, doctype: str, id_: str, limit: int = 10_000) -> list[str]:
    """The ids of the files and folders that are part of a document."""
    return [file for _, file in links.linked(work, "referenced_by", doctype, id_, limit=limit)]


def holds(work: Work, file: File, md5sum: str) -> bool:
    """Whether a file holds these bytes, or held them before."""
    return file.md5sum == md5sum or any(
        version.body.get("md5sum") == md5sum for version in versions.of_file(work, file.id)
    )


def content_of(work: Work, file: File) -> Content | None:
    """What a file holds."""
    return contents.fetch(work, file.sha256)


def told(body: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a document as another home may tell them, made what they should be.

    Raises BadDate, BadMetadata, BadMime.
    """
    created = date_of(_text(body.get("created_at")), "created_at")
    updated = date_of(_text(body.get("updated_at")), "updated_at")
    members: dict[str, Any] = {
        "tags": unique([tag for tag in _items(body.get("tags")) if isinstance(tag, str)])
    }
    if created:
        members["created_at"] = created
    if updated or created:
        members["updated_at"] = max(updated, created)
    for name in ("executable", "encrypted"):
        if isinstance(body.get(name), bool):
            members[name] = body[name]
    if isinstance(metadata := body.get("metadata"), Mapping):
        check_depth(metadata)
        members["metadata"] = {name: value for name, value in metadata.items() if name not in CERTIFIED}
    if isinstance(cozy_metadata := body.get("cozyMetadata"), Mapping):
        check_depth(cozy_metadata)
        members["cozyMetadata"] = {k: v for k, v in cozy_metadata.items() if k not in _PERSONAL}
    if body.get("type") == "file":
        members["mime"], members["class"] = _kind(_text(body.get("mime")), _text(body.get("name")))
    return members


def _kind(mime: str, name: str) -> tuple[str, str]:
    try:
        return mime_and_class(mime, name)
    except BadMime:
        return mime_and_class("", name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def view(file: File) -> dict[str, Any]:
    """What others see of a file or folder that is the same in every home: neither where it is, nor what is one's own."""
    body = file.body
    seen = {name: body[name] for name in ("type", "name", "md5sum", *_PLAIN) if name in body}
    metadata = {name: value for name, value in body.get("metadata", {}).items() if name not in NOT_TOLD}
    return {**seen, "metadata": metadata}


def put_folder(work: Work, wanted: Replica) -> File:
    """A folder as it is to be, made or changed; those in it keep their place.

    Raises NoFile, NameTaken, BadName, BadPath.
    """
    parent, current = _folder(work, wanted.dir_id), tree.by_id(work, wanted.id)
    name = clean_name(wanted.name)
    path = checked_path(join(parent.path, name))
    body = {
        **_base(work, current, wanted),
        "type": "directory",
        "name": name,
        "dir_id": parent.id,
        "path": path,
    }
    below = tree.folders_below(work, current.path) if current and current.path != path else []
    written = _written(work, current, wanted, body)
    for folder in below:
        assert current is not None
        moved = checked_path(path + folder.path[len(current.path) :])
        tree.replace(work, folder, {**folder.body, "path": moved})
    return written


def put_file(work: Work, wanted: Replica, content: Content | None, *, quota: int | None = None) -> File:
    """A file as it is to be, made or changed. content: what it holds from now on, None when that stays; what it held is a
    version then. Raises NoFile, NameTaken, BadName, OverQuota. Publishes MediaStored, PictureStored, SidecarStored.
    """
    parent, current = _folder(work, wanted.dir_id), tree.by_id(work, wanted.id)
    if current is None and content is None:
        raise NoFile(id=wanted.id)
    body = {
        **_base(work, current, wanted), "type": "file", "name": clean_name(wanted.name), "dir_id": parent.id,
        "trashed": False,
    }  # fmt: skip
    body.pop("restore_path", None)
    if content is not None:
        body["cozyMetadata"] = _of_others(work, body.get("cozyMetadata"))
        body |= {"size": str(content.size), "md5sum": content.md5, "sha256": content.sha256}
    written = _written(work, current, wanted, body)
    is_other = content is not None and (current is None or content.sha256 != current.sha256)
    if content is None or not is_other:
        if content is not None:
            contents.keep(work, content)
        return written
    if current is None:
        hold(work, content, quota)
    else:
        contents.keep(work, content)
        keep_version(work, current)
        tidy(work, current.id)
        space.count(work, content.size, quota)
    if "extractor_version" not in written.body.get("metadata", {}):
        announce(work, written, is_new=False, dates_count=False)
    announce_picture(work, written)
    announce_sidecar(work, written)
    return written


def _of_others(work: Work, said: object) -> dict[str, Any]:
    """Where content was written that comes from another home: not here, whatever is said."""
    if not isinstance(said, Mapping):
        return {}
    is_ours = str(said.get("uploadedOn", "")).rstrip("/") == work.origin
    return {
        name: value for name, value in said.items() if not (is_ours and name in {"uploadedOn", "uploadedBy"})
    }


def _folder(work: Work, id_: str) -> File:
    found = tree.by_id(work, id_)
    if found is None or not found.is_folder:
        raise NoFile(id=id_)
    return found


def _base(work: Work, current: File | None, wanted: Replica) -> dict[str, Any]:
    now = iso(work.now)
    is_file = "mime" in wanted.members
    fresh: dict[str, Any] = {
        "created_at": now, "updated_at": now, "tags": [], **({"executable": False, "encrypted": False} if is_file else {}),
        "cozyMetadata": new_cozy_metadata(work, Details(), uploaded=is_file),
    }  # fmt: skip
    known = dict(current.body) if current else fresh
    told_of = {
        name: value for name, value in wanted.members.items() if name not in {"metadata", "cozyMetadata"}
    }
    body = {**known, **told_of}
    kept = {name: value for name, value in known.get("metadata", {}).items() if name in NOT_TOLD}
    metadata = {**kept, **wanted.members.get("metadata", {})}
    body.pop("metadata", None)
    if metadata:
        body["metadata"] = metadata
    own = {name: value for name, value in known.get("cozyMetadata", {}).items() if name in _PERSONAL}
    if "cozyMetadata" in wanted.members:
        body["cozyMetadata"] = {**wanted.members["cozyMetadata"], **own}
    if wanted.links is not None:
        body.pop("referenced_by", None)
        if wanted.links:
            body["referenced_by"] = [dict(link) for link in wanted.links]
    return body


def _written(work: Work, current: File | None, wanted: Replica, body: dict[str, Any]) -> File:
    """At the revision that it has elsewhere, when that is a later one for everybody here too; else at the next of ours."""
    known = documents.latest(work, FILES, [wanted.id]).get(wanted.id)
    made = wanted.made
    if made is None or (known is not None and generation(made.rev) <= generation(known.rev)):
        written = tree.replace(work, current, body) if current else tree.insert(work, body, wanted.id)
    else:
        revisions = made.revisions if known is None else _on_top(made, known.rev, known.revisions)
        written = tree.impose(work, current, wanted.id, Leaf(made.rev, False, body, revisions))
    if wanted.links is not None:
        links.forget_kind(work, "referenced_by", written.id)
        for link in wanted.links:
            links.add(work, "referenced_by", written.id, link["type"], link["id"])
    return written


def _on_top(made: Made, rev: str, revisions: tuple[str, ...]) -> tuple[str, ...]:
    """The revision as a later one of what was here, so that whoever follows this home sees one edit."""
    newer = made.revisions[: generation(made.rev) - generation(rev)]
    return (*newer, *revisions) if len(newer) == generation(made.rev) - generation(rev) else made.revisions


def move_aside(work: Work, file: File) -> File:
    """Give what is here another id, with its versions and all that is in it: another home has a right to this one."""
    id_ = new_id()
    body = {**file.body, "cozyMetadata": touched(work, file.body)}
    tree.remove(work, file)
    moved = tree.insert(work, body, id_)
    links.rename(work, file.id, id_)
    if not file.is_folder:
        _take_versions_along(work, file.id, id_)
        return moved
    while batch := tree.children(work, file.id, limit=500):
        for child in batch:
            tree.replace(work, child, {**child.body, "dir_id": id_})
    sums.forget(work, file.id)
    return moved


def _take_versions_along(work: Work, was: str, now: str) -> None:
    for version in versions.of_file(work, was):
        body = {**version.body, "file_id": now}
        body["relationships"] = {"file": {"data": {"_id": now, "_type": FILES}}}
        versions.remove(work, version)
        versions.insert(work, now + version.id[len(was) :], body)


def copy_beside(work: Work, file: File, id_: str, made: Made, *, quota: int | None = None) -> File:
    """Keep what a file holds as another file beside it, under this id and a name that is free."""
    body = {name: value for name, value in file.body.items() if name not in {"referenced_by", "restore_path"}}
    body["name"] = free_name(work, file.dir_id, file.name)
    copied = tree.impose(work, None, id_, Leaf(made.rev, False, body, made.revisions))
    space.count(work, file.size, quota)
    return copied


def is_gone(work: Work, id_: str) -> bool:
    """Whether something of this id was here, and is not any more."""
    known = documents.latest(work, FILES, [id_]).get(id_)
    return known is not None and known.deleted


def path_of(work: Work, file: File) -> str:
    """The path of a file or folder; "" for one that is in no folder."""
    if file.is_folder:
        return file.path
    folder = tree.by_id(work, file.dir_id)
    return join(folder.path, file.name) if folder else ""
