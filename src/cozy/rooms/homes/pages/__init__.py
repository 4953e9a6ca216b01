"""The first page of a home, and the settings that are about the person."""

from . import bills, first, settings
from .door import routes

__all__ = ["bills", "first", "routes", "settings"]
