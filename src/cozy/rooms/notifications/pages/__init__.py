"""The pages of notifications: what was told, how the owner wants to be told, and the words of our own kinds."""

from . import listing, preferences
from .door import routes
from .kinds import KINDS

__all__ = ["KINDS", "listing", "preferences", "routes"]
