"""What can be done with contacts."""

from . import doctypes, groups, moving, people, photos, queries, twins
from .kind import KIND, text_of
from .myself import myself

__all__ = [
    "KIND",
    "doctypes",
    "groups",
    "moving",
    "myself",
    "people",
    "photos",
    "queries",
    "text_of",
    "twins",
]
