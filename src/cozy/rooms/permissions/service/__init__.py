"""What the room permissions can do."""

from .decision import admit, guard, may, may_all, may_use
from .grants import all_, fetch, grant, has_ended, narrow, of_code, of_source, set_end, withdraw
from .telling import end_of, last_day, lines, narrowed, out_of_sight

__all__ = [
    "admit",
    "all_",
    "end_of",
    "fetch",
    "grant",
    "guard",
    "has_ended",
    "last_day",
    "lines",
    "may",
    "may_all",
    "may_use",
    "narrow",
    "narrowed",
    "of_code",
    "of_source",
    "out_of_sight",
    "set_end",
    "withdraw",
]
