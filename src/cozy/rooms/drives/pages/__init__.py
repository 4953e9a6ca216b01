"""The pages of shared drives."""

from . import changes, lists
from .door import routes

__all__ = ["changes", "lists", "routes"]
