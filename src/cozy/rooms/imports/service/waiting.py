"""What waits to be brought in: what lies in the folder of originals and belongs to no import."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.files import service as files

from .. import store
from ..errors import NoSource
from ..model import FOLDER, Source
from . import finding
from .taking.paths import folder_at

_MOST = 500


def folder(work: Work) -> str:
    """The id of the folder that originals are uploaded to, made where it is missing. Raises NotAllowed."""
    return folder_at(work, files.ROOT, [FOLDER])


def all_(work: Work, folder_id: str) -> list[files.File]:
    """What lies there and belongs to no import: files, and folders. Raises NoFile, NotAllowed."""
    imports = [finding.read(each).body for each in store.imports(work)]
    used = {source.file_id for body in imports for source in body.sources}
    ours = {body.title for body in imports}
    found = files.children(work, folder_id, limit=_MOST)
    return [file for file in found if file.id not in used and not (file.is_folder and file.name in ours)]


def sources(work: Work, ids: Sequence[str]) -> list[Source]:
    """These as sources, in the order of their names: parts are numbered. Raises NoSource."""
    found = files.many(work, list(dict.fromkeys(ids)))
    if len(found) < len(set(ids)) or any(file.is_trashed for file in found):
        raise NoSource
    return [
        Source(file.name, file.id, size=file.size)
        for file in sorted(found, key=lambda each: each.name.casefold())
    ]
