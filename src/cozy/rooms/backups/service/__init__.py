"""What can be done: a backup, and the way back."""

from . import keys, making, restoring

__all__ = ["keys", "making", "restoring"]
