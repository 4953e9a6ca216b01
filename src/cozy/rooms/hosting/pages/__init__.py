"""The console of the administration: what it can do, for people."""

from . import costs, entering, health, home, homes, invitations, letters, messages, webhooks
from .door import routes
from .joining import routes as joining
from .kinds import KINDS
from .mine import routes as mine

__all__ = [
    "KINDS",
    "costs",
    "entering",
    "health",
    "home",
    "homes",
    "invitations",
    "joining",
    "letters",
    "messages",
    "mine",
    "routes",
    "webhooks",
]
