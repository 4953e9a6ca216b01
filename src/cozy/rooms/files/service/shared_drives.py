"""The folder in which apps show the drives that are shared with this home."""

from __future__ import annotations

from cozy.kernel.work import Work

from .. import access
from ..model import ROOT, SHARED_DRIVES, SHARED_DRIVES_NAME, File
from ..store import tree
from .metadata import NO_DETAILS
from .tree import free_name, insert_folder


def shared_drives(work: Work) -> tuple[File, bool]:
    """The folder of the shared drives, and whether it had to be made. Raises NotAllowed."""
    access.every(work, "POST")
    known = tree.by_id(work, SHARED_DRIVES)
    if known is not None:
        return known, False
    name = free_name(work, ROOT, SHARED_DRIVES_NAME, is_folder=True)
    return insert_folder(work, access.root(work), name, NO_DETAILS, SHARED_DRIVES), True
