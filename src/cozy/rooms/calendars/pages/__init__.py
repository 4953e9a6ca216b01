"""People's face of calendars."""

from . import collections, events, first, views
from .door import routes

__all__ = ["collections", "events", "first", "routes", "views"]
