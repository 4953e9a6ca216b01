"""The SQL of permissions, a file a subject."""

from . import ledger, links, permissions

__all__ = ["ledger", "links", "permissions"]
