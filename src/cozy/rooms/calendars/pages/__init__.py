"""People's face of calendars and tasks."""

from . import collections, events, first, sharing, tasks, views, who
from .door import routes

__all__ = ["collections", "events", "first", "routes", "sharing", "tasks", "views", "who"]
