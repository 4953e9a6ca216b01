"""What waits to be brought in: what lies in the folder of originals and belongs to no import."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.files import service as files

from .. import store
from ..errors import NoSource
from ..model import FOLDER, IMPORTS, NOT_UNDERSTOOD, Source
from . import finding
from .taking.paths import folder_at

_PAGE = 1_000
_MOST = 2_000  # of what waits that is offered at once


def there(work: Work) -> str:
    """The id of the folder that originals are uploaded to, "" while there is none: the first that comes makes it. Raises NotAllowed."""
    found = files.child_named(work, files.ROOT, FOLDER)
    return found.id if found is not None and found.is_folder else ""


def folder(work: Work) -> str:
    """The id of the folder that originals are uploaded to, made where it is missing. Raises NotAllowed."""
    return folder_at(work, files.ROOT, [FOLDER])


def all_(work: Work) -> tuple[list[files.File], int]:
    """What lies there and belongs to no import: files, and folders; and how many more there are. Raises NotAllowed."""
    folder_id = there(work)
    if not folder_id:
        return [], 0
    imports = (finding.read(each).body for each in store.all_of(work, IMPORTS))
    used = {source.file_id for body in imports for source in body.sources}
    found: list[files.File] = []
    more = 0
    last: files.File | None = None
    while page := files.children(work, folder_id, after=last, limit=_PAGE):
        last = page[-1]
        waits = [each for each in page if each.id not in used and not _is_left(work, each)]
        room = _MOST - len(found)
        found += waits[:room]
        more += len(waits[room:])
    return found, more


def _is_left(work: Work, file: files.File) -> bool:
    """Whether an import left there what it did not understand: one of this home, or of a home that came in."""
    return file.is_folder and any(files.child_named(work, file.id, name) for name in NOT_UNDERSTOOD.values())


def sources(work: Work, ids: Sequence[str]) -> list[Source]:
    """These as sources, in the order of their names: parts are numbered. Raises NoSource."""
    found = files.many(work, list(dict.fromkeys(ids)))
    if len(found) < len(set(ids)) or any(file.is_trashed for file in found):
        raise NoSource
    return [
        Source(file.name, file.id, size=file.size)
        for file in sorted(found, key=lambda each: each.name.casefold())
    ]
