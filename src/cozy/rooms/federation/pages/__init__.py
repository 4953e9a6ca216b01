"""The pages of what is shared with people at servers of another kind."""

from . import kinds, sending
from .door import routes

__all__ = ["kinds", "routes", "sending"]
