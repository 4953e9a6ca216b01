"""What the room permissions can do."""

from .decision import admit, guard, may, may_all, may_use
from .grants import all_, grant, has_ended, of_code, of_source, withdraw

__all__ = [
    "admit",
    "all_",
    "grant",
    "guard",
    "has_ended",
    "may",
    "may_all",
    "may_use",
    "of_code",
    "of_source",
    "withdraw",
]
