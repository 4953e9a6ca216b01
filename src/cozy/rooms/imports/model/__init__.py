"""The words of imports: trees, items, formats, and what is known of an import."""

from . import reasons
from .formats import MOVES_FROM, Format, Match
from .items import Contact, Copy, Document, Event, File, Item, LeftThere, Mail, NotUnderstood, Photo, Share
from .plans import FOLDER, IMPORTS, NOT_UNDERSTOOD, STATES, Import, Left, Part, Source, State, Table
from .trees import Entry, Tree

__all__ = [
    "FOLDER",
    "IMPORTS",
    "MOVES_FROM",
    "NOT_UNDERSTOOD",
    "STATES",
    "Contact",
    "Copy",
    "Document",
    "Entry",
    "Event",
    "File",
    "Format",
    "Import",
    "Item",
    "Left",
    "LeftThere",
    "Mail",
    "Match",
    "NotUnderstood",
    "Part",
    "Photo",
    "Share",
    "Source",
    "State",
    "Table",
    "Tree",
    "reasons",
]
