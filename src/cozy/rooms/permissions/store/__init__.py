"""The SQL of permissions, a file a subject."""

from . import links, permissions

__all__ = ["links", "permissions"]
