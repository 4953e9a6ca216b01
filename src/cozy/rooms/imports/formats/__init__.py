"""The formats that are understood: one row each. The first that recognises something has it."""

from cozy.rooms.imports.model import Format

from . import addresses, bookmarks, plain
from .cozy import archive, open_folder
from .silo_formats import SILOS

FORMATS: tuple[Format, ...] = (
    open_folder.FORMAT,
    archive.FORMAT,
    *SILOS,
    addresses.FORMAT,
    bookmarks.FORMAT,
    plain.PHOTOS,
    plain.FORMAT,  # takes whatever is left
)
