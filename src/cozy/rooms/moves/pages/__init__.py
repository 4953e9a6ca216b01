"""Pages about moving."""

from . import handing, moving
from .moving import routes

__all__ = ["handing", "moving", "routes"]
