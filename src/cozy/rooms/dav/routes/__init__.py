"""WebDAV: every method of RFC 4918 at /dav/files/."""

from . import locking, looking, transfers, writing
from .door import routes

__all__ = ["locking", "looking", "routes", "transfers", "writing"]
