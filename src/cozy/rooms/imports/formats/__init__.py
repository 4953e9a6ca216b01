"""The formats that are understood: one row each. The first that recognises something has it."""

from cozy.rooms.imports.model import Format

from . import bookmarks, plain
from .silo_formats import SILOS

FORMATS: tuple[Format, ...] = (
    *SILOS,
    bookmarks.FORMAT,
    plain.PHOTOS,
    plain.FORMAT,  # takes whatever is left
)
