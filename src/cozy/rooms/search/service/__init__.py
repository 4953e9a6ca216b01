"""What search can do."""

from . import following, reading
from .finding import found_by, search
from .rebuilding import rebuild

__all__ = ["following", "found_by", "reading", "rebuild", "search"]
