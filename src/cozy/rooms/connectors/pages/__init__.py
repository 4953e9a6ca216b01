"""Pages about connectors: what fetches the owner's things from elsewhere, an account each."""

from . import account, adding, changing, listing, removing
from .door import routes

__all__ = ["account", "adding", "changing", "listing", "removing", "routes"]
