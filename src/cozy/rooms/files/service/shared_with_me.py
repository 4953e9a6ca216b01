"""The folder for what other people share with this home."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .. import access
from ..model import ROOT, SHARED_WITH_ME, File
from ..store import tree
from .metadata import NO_DETAILS
from .trash import restore
from .tree import free_name, insert_folder

NAMES = {"en": "Shared with me", "fr": "Partages reçus"}  # cozy-stack's


def shared_with_me(work: Work) -> File:
    """That folder, made where it is missing, and taken out of the bin where it is there. Raises NotAllowed."""
    access.every(work, "POST")
    known = tree.by_id(work, SHARED_WITH_ME)
    if known is not None:
        return restore(work, known.id) if known.is_trashed else known
    wanted = NAMES.get(homes.profile(work).locale, NAMES["en"])
    name = free_name(work, ROOT, wanted, is_folder=True)
    return insert_folder(work, access.root(work), name, NO_DETAILS, SHARED_WITH_ME)


def count_in(work: Work, folder: File) -> int:
    """How many files are in a folder, at any depth."""
    inside = [folder.id, *(below.id for below in tree.folders_below(work, folder.path))]
    return sum(1 for _ in tree.files_in(work, inside))
