"""What guests put into a shared folder."""

from __future__ import annotations

from cozy.kernel.blobs import Content
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import clean_name
from cozy.rooms.files.service import File

from . import inside
from .opening import Opened, needs


def into(work: Work, opened: Opened, folder_id: str) -> str:
    """The folder that files go into: where nothing is seen, there is only the one that is shared. Raises NotOffered, NoFile."""
    needs(opened, adding=True)
    if not folder_id or not opened.can_see:
        return opened.thing.id
    return inside.one(work, folder_id).id


def keep(work: Work, folder_id: str, name: str, content: Content, mime: str, quota: int | None) -> File:
    """Make a file of what came; where its name is taken, it gets a number. Raises BadName, NoParent, OverQuota, NotAllowed."""
    free = files.free_name(work, folder_id, clean_name(name))
    return files.create_file(work, folder_id, free, content, mime, quota=quota)
