"""People's face of calendars and tasks."""

from . import bins, collections, events, first, invitation, sharing, tasks, views, who
from .door import routes

__all__ = [
    "bins",
    "collections",
    "events",
    "first",
    "invitation",
    "routes",
    "sharing",
    "tasks",
    "views",
    "who",
]
