"""Who can see what: every grant that the owner gave, in plain words."""

from . import access, grants
from .door import routes

__all__ = ["access", "grants", "routes"]
