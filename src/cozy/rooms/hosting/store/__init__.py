"""The SQL of the administration, on the host's list."""

from . import entering, messages, plans, usage

__all__ = ["entering", "messages", "plans", "usage"]
