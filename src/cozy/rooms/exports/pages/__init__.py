"""Pages about taking everything along."""

from . import asking, listing, sending
from .door import routes
from .kinds import KINDS

__all__ = ["KINDS", "asking", "listing", "routes", "sending"]
