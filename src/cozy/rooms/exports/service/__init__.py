"""What can be done to take a home along."""

from .closing import summed
from .taking import Opened, folder, taken, tar

__all__ = ["Opened", "folder", "summed", "taken", "tar"]
