"""Trees over folders, zips, tars and single files: guarded, and the same every time that they are opened."""

from .handles import Handle, OnDisk, Remote
from .whole import Whole, opened

__all__ = ["Handle", "OnDisk", "Remote", "Whole", "opened"]
