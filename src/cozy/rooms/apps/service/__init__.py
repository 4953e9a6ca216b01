"""What the room apps can do.

`installed(work)` and `manifest(work, slug)` tell which apps a home has; `folders` serves those in development, `routing`
finds what an address of an app's origin stands for, `opening` makes its pages.
"""

from . import files, folders, intents, opening, routing, shared
from .installed import installed, manifest

__all__ = ["files", "folders", "installed", "intents", "manifest", "opening", "routing", "shared"]
