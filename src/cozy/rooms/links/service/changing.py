"""What guests change in a shared folder, where its link lets them: never the folder itself, and nothing is lost by it."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.service import File

from ..errors import NotOffered
from . import inside
from .opening import Opened, needs


def one(work: Work, opened: Opened, file_id: str) -> File:
    """A file or folder that the guest may change. Raises NotOffered, NoFile."""
    needs(opened, changing=True)
    if file_id == opened.thing.id:
        raise NotOffered
    return inside.one(work, file_id)


def folder_for(work: Work, opened: Opened, folder_id: str) -> File:
    """The folder that a new one goes into; the shared one for "". Raises NotOffered, NoFile."""
    needs(opened, seeing=True, adding=True)
    return inside.one(work, folder_id or opened.thing.id)


def new_folder(work: Work, opened: Opened, folder_id: str, name: str) -> File:
    """Make a folder. Raises NotOffered, NoFile, BadName, NameTaken, IsFile."""
    return files.create_folder(work, folder_for(work, opened, folder_id).id, name)


def rename(work: Work, opened: Opened, file_id: str, name: str) -> File:
    """Give it another name. Raises NotOffered, NoFile, BadName, NameTaken."""
    return files.change(work, one(work, opened, file_id).id, files.Change(name=name))


def throw_away(work: Work, opened: Opened, file_id: str) -> str:
    """Move it to the bin of its owner, who alone can put it back; the id of the folder that it was in. Raises NotOffered, NoFile."""
    thrown = one(work, opened, file_id)
    files.trash(work, thrown.id)
    return thrown.dir_id
