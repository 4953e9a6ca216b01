"""The console of the administration: what it can do, for people."""

from . import costs, entering, health, home, homes, messages
from .door import routes
from .kinds import KINDS

__all__ = ["KINDS", "costs", "entering", "health", "home", "homes", "messages", "routes"]
