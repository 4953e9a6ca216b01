"""What can be done with notifications. Rooms above call `notify`."""

from . import backups, delivering, digest, from_apps, preferences, pushing
from .kinds import said, signed
from .reading import PAGE, fetch, forget, forget_old, link_of, listed, read, read_all, unread
from .telling import notify

__all__ = [
    "PAGE",
    "backups",
    "delivering",
    "digest",
    "fetch",
    "forget",
    "forget_old",
    "from_apps",
    "link_of",
    "listed",
    "notify",
    "preferences",
    "pushing",
    "read",
    "read_all",
    "said",
    "signed",
    "unread",
]
