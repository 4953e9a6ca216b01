"""What WebDAV can do with files."""

from . import conditions, locking, locks, places, properties, transfers, tree

__all__ = ["conditions", "locking", "locks", "places", "properties", "transfers", "tree"]
