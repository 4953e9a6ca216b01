"""What can be done with files."""

from ..model import ROOT, TRASH, File, Version
from .content import create_file, open_content, open_version, overwrite, room_left
from .furnish import furnish
from .metadata import Details
from .reading import ancestors, at_path, child_named, children, fetch, folder_size, full_path, usage
from .trash import destroy, empty_trash, restore, trash
from .tree import Change, change, create_folder, create_path, free_name

__all__ = [
    "ROOT",
    "TRASH",
    "Change",
    "Details",
    "File",
    "Version",
    "ancestors",
    "at_path",
    "change",
    "child_named",
    "children",
    "create_file",
    "create_folder",
    "create_path",
    "destroy",
    "empty_trash",
    "fetch",
    "folder_size",
    "free_name",
    "full_path",
    "furnish",
    "open_content",
    "open_version",
    "overwrite",
    "restore",
    "room_left",
    "trash",
    "usage",
]
