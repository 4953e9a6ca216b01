"""What can be done: a backup, and the way back; and a host, into other databases."""

from . import converting, keys, making, restoring

__all__ = ["converting", "keys", "making", "restoring"]
