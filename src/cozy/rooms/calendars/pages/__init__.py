"""People's face of calendars and tasks."""

from . import collections, events, first, invitation, sharing, tasks, views, who
from .door import routes

__all__ = ["collections", "events", "first", "invitation", "routes", "sharing", "tasks", "views", "who"]
