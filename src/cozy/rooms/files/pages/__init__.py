"""People's face of the files room: lists, questions, previews."""

from . import changes, contents, downloads, first, lists, preview, storage, uploads, versions
from .door import routes

__all__ = [
    "changes",
    "contents",
    "downloads",
    "first",
    "lists",
    "preview",
    "routes",
    "storage",
    "uploads",
    "versions",
]
