"""The pages of links: `share` and `kinds` are the owner's, the rest is for whoever has the address."""

from . import adding, contents, home, public, share
from .door import routes
from .kinds import KINDS

__all__ = ["KINDS", "adding", "contents", "home", "public", "routes", "share"]
