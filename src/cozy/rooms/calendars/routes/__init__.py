"""The door of calendars that everybody may read."""

from . import public
from .door import routes

__all__ = ["public", "routes"]
