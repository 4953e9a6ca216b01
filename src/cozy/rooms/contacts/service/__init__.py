"""What can be done with contacts."""

from . import doctypes, groups, people, photos
from .kind import KIND, text_of
from .myself import myself

__all__ = ["KIND", "doctypes", "groups", "myself", "people", "photos", "text_of"]
