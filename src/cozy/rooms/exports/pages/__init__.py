"""Pages about taking everything along."""

from . import asking, listing, places, sending
from .door import routes
from .kinds import KINDS

__all__ = ["KINDS", "asking", "listing", "places", "routes", "sending"]
