"""The room's words: entries, what is asked, what is found."""

from .entries import GROUPS, KINDS, Entry, Group, Kind
from .results import Found, Hit, Piece

__all__ = ["GROUPS", "KINDS", "Entry", "Found", "Group", "Hit", "Kind", "Piece"]
