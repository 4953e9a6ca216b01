"""People's face of the photos room: the timeline, a photo, albums, memories, places."""

from . import albums, favourites, first, lists, memories, photo, places, timeline
from .door import routes

__all__ = ["albums", "favourites", "first", "lists", "memories", "photo", "places", "routes", "timeline"]
