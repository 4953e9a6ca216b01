"""What can be done with contacts."""

from . import bins, doctypes, groups, homes, moving, people, photos, queries, twins
from .kind import KIND, text_of
from .myself import agree, myself

__all__ = [
    "KIND",
    "agree",
    "bins",
    "doctypes",
    "groups",
    "homes",
    "moving",
    "myself",
    "people",
    "photos",
    "queries",
    "text_of",
    "twins",
]
