"""The owner's page about help, and what who helps sees."""

from . import helping, owner
from .door import routes

__all__ = ["helping", "owner", "routes"]
