"""People's face of the photos room: the timeline, a photo, albums, memories, places."""

from . import (
    albums,
    editing,
    favourites,
    first,
    lists,
    memories,
    photo,
    places,
    shared,
    timeline,
    twins,
)
from .door import routes

__all__ = [
    "albums", "editing", "favourites", "first", "lists", "memories", "photo", "places", "routes", "shared", "timeline", "twins",
]  # fmt: skip
