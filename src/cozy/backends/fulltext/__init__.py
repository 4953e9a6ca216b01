"""The full-text indexes of the two engines. Both implement `kernel.search`."""

from .fts5 import Fts5
from .tsvector import Tsvector

__all__ = ["Fts5", "Tsvector"]
