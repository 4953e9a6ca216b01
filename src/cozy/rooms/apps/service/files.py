"""The files of an app, wherever they are: on the host's shelf, or in the folder that it is developed in."""

from __future__ import annotations

from functools import partial

from cozy.kernel.shelf import Shelf

from ..model import App, File
from . import folders, manifests


def file(shelf: Shelf, app: App, path: str) -> File | None:
    """A file of an app by its path, if there is one."""
    if app.folder:
        return folders.file(app, path)
    pack = shelf.find(app.pack) if app.pack else None
    name = manifests.inside(path).lstrip("/")
    packed = pack.files.get(name) if pack else None
    if pack is None or packed is None:
        return None
    forms = {encoding: partial(pack.read, packed, encoding) for encoding in packed.encodings}
    return File(name.rpartition("/")[2], packed.tag, forms)
