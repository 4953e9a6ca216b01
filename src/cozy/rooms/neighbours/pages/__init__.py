"""The page of the homes that this one knows, and what is told of them."""

from . import address, first, neighbours
from .door import routes
from .kinds import KINDS

__all__ = ["KINDS", "address", "first", "neighbours", "routes"]
