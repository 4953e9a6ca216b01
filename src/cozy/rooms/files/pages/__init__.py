"""People's face of the files room: lists, questions, previews."""

from . import changes, contents, downloads, home, lists, preview, uploads, versions
from .door import routes

__all__ = ["changes", "contents", "downloads", "home", "lists", "preview", "routes", "uploads", "versions"]
