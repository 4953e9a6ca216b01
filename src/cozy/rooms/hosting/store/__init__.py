"""The SQL of the administration, on the host's list."""

from . import entering, messages, usage

__all__ = ["entering", "messages", "usage"]
