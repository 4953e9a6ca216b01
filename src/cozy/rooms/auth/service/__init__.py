"""What the room auth can do."""

from .opening import open_home
from .tokens import caller_of, mint

__all__ = ["caller_of", "mint", "open_home"]
