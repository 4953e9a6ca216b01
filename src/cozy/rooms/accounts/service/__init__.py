"""What can be done with accounts."""

from . import doctypes, secrets
from .keeping import change, create, fetch, listed, remove
from .leaving import account_of, triggers

__all__ = ["account_of", "change", "create", "doctypes", "fetch", "listed", "remove", "secrets", "triggers"]
