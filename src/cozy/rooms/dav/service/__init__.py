"""What WebDAV can do with files."""

from . import conditions, locking, locks, places, properties, tree

__all__ = ["conditions", "locking", "locks", "places", "properties", "tree"]
