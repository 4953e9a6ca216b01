"""Pages about what comes in from elsewhere, and about what came in and has no room of its own."""

from . import archive, columns, doing, elsewhere, listing, one, unpacking
from .door import routes

__all__ = ["archive", "columns", "doing", "elsewhere", "listing", "one", "routes", "unpacking"]
