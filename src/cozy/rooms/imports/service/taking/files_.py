"""Taking in files and photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cozy.kernel.blobs import Content
from cozy.kernel.clock import parse
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.model import FILES
from cozy.rooms.files.model import File as File_
from cozy.rooms.files.service import Details, Target
from cozy.rooms.files.service.tree import free_name
from cozy.rooms.photos import service as photos
from cozy.rooms.photos.model import ALBUMS

from ... import store
from ...model import File, Photo
from ...store import Taken
from .outcomes import Outcome, key_of
from .paths import folder_at, folder_there, is_numbered, steps_of


def take_file(
    work: Work, top: str, item: File, content: Content, known: Taken | None, format_: str, quota: int | None
) -> Outcome:
    """A file: below the folder that the import goes into. Raises OverQuota and what files raise."""
    outcome = _take(work, top, item, content, known, quota)
    links = store.taken(work, [key_of(format_, source) for source in item.links])
    if links:
        targets = [Target(each.doctype, each.id) for each in links.values() if each.id]
        files.refer(work, outcome.id, targets)
    return outcome


def take_photo(work: Work, item: Photo, content: Content, known: Taken | None, quota: int | None) -> Outcome:
    """A photo: one that is in the home already is not there twice, and goes into the albums alone."""
    top = photos.inbox.folder(work)
    there = known.id if known is not None else store.picture_holding(work, content.sha256)
    if known is None and there:
        _let_go(work, content)
        outcome = Outcome("same", content.sha256, FILES, there)
    else:
        outcome = _take(work, top, item, content, known, quota)
    if item.albums and outcome.id:
        _put_into(work, outcome.id, item.albums)
    return outcome


def _take(
    work: Work, top: str, item: File | Photo, content: Content, known: Taken | None, quota: int | None
) -> Outcome:
    details = _details(item)
    before = _alive(work, known)
    if known is not None and before is not None and known.digest == content.sha256:
        _let_go(work, content)
        return Outcome("same", content.sha256, FILES, known.id)
    *above, name = steps_of(item.path)
    if same := _standing(work, folder_there(work, top, above), name, content):
        _let_go(work, content)
        return Outcome("same", content.sha256, FILES, same)
    if known is not None and before is not None and _follows(work, top, item, before, known):
        changed = files.overwrite(work, before.id, content, item.mime, details, quota=quota)
        return Outcome("changed", content.sha256, FILES, changed.id)
    folder = folder_at(work, top, above)
    there = files.child_named(work, folder, name)
    name = name if there is None else free_name(work, folder, name)
    made = files.create_file(work, folder, name, content, item.mime, details, quota=quota)
    return Outcome("added" if there is None else "beside", content.sha256, FILES, made.id)


def _standing(work: Work, folder: str, name: str, content: Content) -> str:
    """The id of the file that holds this in a folder, under this name or one with a number; "" for none."""
    there = files.child_named(work, folder, name) if folder else None
    if there is None:
        return ""
    if not there.is_folder and there.sha256 == content.sha256:
        return there.id
    beside = store.holding(work, folder, content.sha256)
    return next((id_ for id_, other in beside if is_numbered(other, name)), "")


def _follows(work: Work, top: str, item: File | Photo, before: File_, known: Taken) -> bool:
    """Whether this is what a file that came before has become: nobody changed that here, it lies where this is to go, and is not the
    newer one of both. The archive of somebody else, in a folder of its own, has files of the same names.
    """
    if before.sha256 != known.digest or before.is_trashed:
        return False
    around = files.fetch(work, top).path.rstrip("/")
    is_inside = files.full_path(work, before).startswith(f"{around}/")
    return is_inside and (not item.modified or parse(item.modified) >= parse(before.updated_at))


def _alive(work: Work, known: Taken | None) -> File_ | None:
    """The file that an item became; None when it is gone for good, so that it comes again."""
    try:
        return files.fetch(work, known.id) if known is not None and known.id else None
    except NoFile:
        return None


def _let_go(work: Work, content: Content) -> None:
    """Bytes that are here already are not kept twice."""
    if content.blob is not None:
        work.freed.append(content.blob)


def _details(item: File | Photo) -> Details:
    cozy: Mapping[str, Any] = {"favorite": True} if item.is_favourite else {}
    modified = item.modified or item.created
    return Details(
        created_at=item.created or modified, updated_at=modified, dates_are_final=bool(modified),
        tags=item.tags if isinstance(item, File) else None, metadata=dict(item.metadata) or None, cozy_metadata=cozy,
    )  # fmt: skip


def _put_into(work: Work, file_id: str, names: Sequence[str]) -> None:
    wanted = [" ".join(name.split())[: photos.albums.NAME_LIMIT] for name in names]
    files.refer(work, file_id, [Target(ALBUMS, _album(work, name)) for name in wanted if name])


def _album(work: Work, name: str) -> str:
    """The album of this name, made where there is none."""
    return store.named(work, ALBUMS, name) or photos.albums.create(work, name).id
