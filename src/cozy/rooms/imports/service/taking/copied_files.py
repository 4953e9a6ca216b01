"""Taking in files, folders and versions of another Cozy: below the folders that theirs became here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.blobs import Content
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Leaf, ancestry, as_leaf, next_leaf
from cozy.rooms.files import service as files
from cozy.rooms.files.model import FILES, TRASH_NAME, VERSIONS, File, clean_name
from cozy.rooms.files.service.brought import body_of, version_body
from cozy.rooms.files.service.tree import free_name

from ... import store
from ...errors import Unreadable
from ...model import Copy, reasons
from ...store import Taken
from . import twins
from .outcomes import Outcome, digest_of, key_of
from .paths import held, unnumbered

SHARINGS = "io.cozy.sharings"
_brought = files.brought


def take(
    work: Work, item: Copy, leaf: Leaf, content: Content | None, known: Taken | None, quota: int | None
) -> Outcome:
    """A file or a folder, in the bin too. Raises Unreadable, and what files raise."""
    leaf = Leaf(leaf.rev, False, _without_sharings(leaf.body), leaf.revisions)
    is_folder = leaf.body.get("type") == "directory"
    content = None if is_folder else checked(work, leaf.body, content)
    digest = content.sha256 if content else digest_of(leaf.rev)
    id_ = known.id if known is not None and known.id else item.id
    current = _brought.by_id(work, id_)
    if current is not None and leaf.rev in ancestry(_leaf_of(current)):  # it is that, or comes after it
        return _same(work, current, content, digest)
    if current is not None and current.id in {files.ROOT, files.TRASH}:  # every home has its own
        return _same(work, current, content, digest)
    parent = _parent(work, leaf.body, current)
    name = _name(leaf.body, parent)
    told = twins.with_ids_here(work, FILES, leaf.body)
    wanted = body_of(work, told, parent, name, content)
    if current is None:
        return _add(work, id_, leaf, wanted, content, digest, quota)
    if current.body == wanted:
        return _same(work, current, content, digest)
    is_untouched = known is not None and known.rev == current.rev
    if current.is_folder != is_folder or not (is_untouched or current.rev in ancestry(leaf)):
        return _beside(work, item, leaf, wanted, content, digest, quota)
    there = _brought.named(work, parent.id, name)
    if there is not None and there.id != id_:
        wanted = body_of(work, told, parent, free_name(work, parent.id, name, is_folder=is_folder), content)
    base = leaf if current.rev in ancestry(leaf) else _leaf_of(current)
    return _put(work, "changed", id_, base, wanted, content, digest, quota)


def _without_sharings(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same as part of nothing that is shared: sharings do not come along."""
    known = told.get("referenced_by")
    if not isinstance(known, list):
        return told
    kept = [each for each in known if not (isinstance(each, Mapping) and each.get("type") == SHARINGS)]
    return told if len(kept) == len(known) else {**told, "referenced_by": kept}


def _leaf_of(file: File) -> Leaf:
    return Leaf(file.rev, False, file.body, file.revisions)


def checked(work: Work, told: Mapping[str, Any], content: Content | None) -> Content:
    """The bytes that a document tells of: those that came, or those that the home has already. Raises Unreadable."""
    sha256, md5, size = (str(told.get(name) or "") for name in ("sha256", "md5sum", "size"))
    if content is None:
        content = files.content_by_hash(work, sha256) if sha256 else None
        if content is None:
            raise Unreadable(reasons.NO_CONTENT)
    if (
        (sha256 and content.sha256 != sha256)
        or (md5 and content.md5 != md5)
        or (size and str(content.size) != size)
    ):
        raise Unreadable(reasons.OTHER_CONTENT)
    return content


def _parent(work: Work, told: Mapping[str, Any], current: File | None) -> File:
    """The folder that its own became here; the root where there is none, or where it would lie in itself."""
    found = _brought.by_id(work, twins.here(work, FILES, str(told.get("dir_id") or files.ROOT)))
    if found is None or not found.is_folder or (current is not None and _is_within(found, current)):
        found = _brought.by_id(work, files.ROOT)
    assert found is not None
    return found


def _is_within(folder: File, other: File) -> bool:
    """Whether a folder is another one, or lies in it."""
    return other.is_folder and f"{folder.path}/".startswith(f"{other.path}/")


def _name(told: Mapping[str, Any], parent: File) -> str:
    """Its name, as near as a folder here can hold it."""
    name = told.get("name")
    text = name if isinstance(name, str) else ""
    try:
        text = clean_name(text)
    except Problem:
        return held(text)
    return f"_{text}" if parent.id == files.ROOT and text == TRASH_NAME else text


def _add(
    work: Work, id_: str, leaf: Leaf, wanted: dict[str, Any], content: Content | None, digest: str, quota: int | None
) -> Outcome:  # fmt: skip
    """One that is not here. A folder of its name is it; a file that holds the same, too; another one stays, and it is beside."""
    there = _brought.named(work, wanted["dir_id"], wanted["name"])
    if there is None or (content is None and there.is_folder and _brought.gives_way(work, there)):
        return _put(work, "added", id_, leaf, wanted, content, digest, quota)
    if content is None and there.is_folder:
        return _same(work, _brought.join_links(work, there, wanted), None, digest)
    if content is not None and not there.is_folder and there.sha256 == content.sha256:
        return _same(work, _brought.join_links(work, there, wanted), content, digest)
    if content is not None and (numbered := _numbered(work, wanted, content)) is not None:
        return _same(work, _brought.join_links(work, numbered, wanted), content, digest)
    return _put_beside(work, id_, leaf, wanted, content, digest, quota)


def _numbered(work: Work, wanted: Mapping[str, Any], content: Content) -> File | None:
    """The file that holds the same and stands beside another one of its name already, in whichever order they came."""
    found = store.holding(work, wanted["dir_id"], content.sha256)
    ids = [id_ for id_, name in found if unnumbered(name) == unnumbered(wanted["name"])]
    return _brought.by_id(work, ids[0]) if ids else None


def _beside(
    work: Work, item: Copy, leaf: Leaf, wanted: dict[str, Any], content: Content | None, digest: str, quota: int | None
) -> Outcome:  # fmt: skip
    """One whose id is another thing here: under an id of its own."""
    id_ = key_of(leaf.rev, item.id)
    current = _brought.by_id(work, id_)
    if current is not None:
        return _same(work, current, content, digest)
    return _add(work, id_, leaf, wanted, content, digest, quota)


def _put_beside(
    work: Work, id_: str, leaf: Leaf, wanted: dict[str, Any], content: Content | None, digest: str, quota: int | None
) -> Outcome:  # fmt: skip
    parent = _brought.by_id(work, wanted["dir_id"])
    assert parent is not None
    name = free_name(work, parent.id, wanted["name"], is_folder=content is None)
    return _put(
        work, "beside", id_, leaf, body_of(work, wanted, parent, name, content), content, digest, quota
    )


def _put(
    work: Work, word: Any, id_: str, base: Leaf, wanted: dict[str, Any], content: Content | None, digest: str,
    quota: int | None,
) -> Outcome:  # fmt: skip
    """Write it: at the revision that it has elsewhere where nothing but its hash is added, else at the one after."""
    told = {**base.body, **({"sha256": content.sha256} if content else {})}
    leaf = Leaf(base.rev, False, wanted, base.revisions) if told == wanted else next_leaf(base, wanted)
    written = _brought.put(work, id_, leaf, content, quota)
    return Outcome(word, digest, FILES, written.id, written.rev)


def _same(work: Work, file: File, content: Content | None, digest: str) -> Outcome:
    let_go(work, content)
    return Outcome("same", digest, FILES, file.id, file.rev)


def let_go(work: Work, content: Content | None) -> None:
    """Bytes that came and are here already are not kept twice."""
    if content is None or content.blob is None:
        return
    kept = files.content_by_hash(work, content.sha256)
    if kept is None or kept.blob != content.blob:
        work.freed.append(content.blob)


def take_version(work: Work, item: Copy, leaf: Leaf, content: Content | None, quota: int | None) -> Outcome:
    """What a file held before: of the file that it became here. Raises Unreadable, NoFile."""
    was, _, number = item.id.partition("/")
    content = checked(work, leaf.body, content)
    file_id = twins.here(work, FILES, was)
    id_ = f"{file_id}/{number}"
    there = documents.latest(work, VERSIONS, [id_]).get(id_)
    file = _brought.by_id(work, file_id)
    if (there is not None and not there.deleted) or file is None:
        let_go(work, content)
        if file is None:
            raise Unreadable(reasons.NO_FILE_OF_VERSION)
        return Outcome("same", content.sha256, VERSIONS, id_, there.rev if there else "")
    wanted = version_body(leaf.body, file, content)
    told = {**leaf.body, "sha256": content.sha256}
    made = Leaf(leaf.rev, False, wanted, leaf.revisions) if told == wanted else next_leaf(leaf, wanted)
    if there is not None:
        made = next_leaf(as_leaf(there), wanted)
    _brought.put_version(work, id_, made, content, quota)
    return Outcome("added", content.sha256, VERSIONS, id_, made.rev)
