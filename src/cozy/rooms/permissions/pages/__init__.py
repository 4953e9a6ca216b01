"""Who can see what: every grant that the owner gave, in plain words."""

from . import access, first, grants, journal
from .door import routes

__all__ = ["access", "first", "grants", "journal", "routes"]
