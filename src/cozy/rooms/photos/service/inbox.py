"""Where photos go that are added among the photos."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.service.furnish import FOLDERS

_PHOTOS = "Photos"


def folder(work: Work) -> str:
    """The id of the folder that apps put photos into, as a new home has it; else of the one around it, or the root.

    Raises NotAllowed.
    """
    inner = [f"/{_PHOTOS}/{names[_PHOTOS][0]}" for names in FOLDERS.values()]
    for path in (*inner, f"/{_PHOTOS}"):
        found = files.found_at(work, path)
        if found is not None and found.is_folder:
            return found.id
    return files.ROOT
