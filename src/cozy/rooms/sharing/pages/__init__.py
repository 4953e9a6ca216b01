"""Pages of sharing: where somebody who was invited says where their home is, and where they say yes."""

from . import discovery, invitation
from .door import routes

__all__ = ["discovery", "invitation", "routes"]
