"""Trees over folders, zips, tars and single files: guarded, and the same every time that they are opened."""

from .handles import Handle, Held, OnDisk, Remote
from .whole import Whole, opened

__all__ = ["Handle", "Held", "OnDisk", "Remote", "Whole", "opened"]
