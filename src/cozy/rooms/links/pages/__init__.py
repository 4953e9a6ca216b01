"""The pages of links: `share` and `kinds` are the owner's, the rest is for whoever has the address."""

from . import adding, changing, contents, home, public, share
from .door import routes
from .kinds import KINDS

__all__ = ["KINDS", "adding", "changing", "contents", "home", "public", "routes", "share"]
