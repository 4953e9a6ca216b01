"""The first page of a home, and the settings that are about the person."""

from . import first, settings
from .door import routes

__all__ = ["first", "routes", "settings"]
