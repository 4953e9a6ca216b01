"""What can be checked: the host's list, and a home."""

from .home import check, count
from .host import check_host

__all__ = ["check", "check_host", "count"]
