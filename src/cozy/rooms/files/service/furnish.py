"""What a new home holds: the root, the bin, and a few folders in the owner's language."""

from __future__ import annotations

from cozy.kernel.work import Work

from ..model import ROOT, TRASH, TRASH_NAME, TRASH_PATH, File
from ..store import tree
from .metadata import Details, dates, new_cozy_metadata
from .tree import insert_folder

# The folders that apps look for, as cozy-stack names them in each language.
FOLDERS = {
    "en": {"Administrative": (), "Photos": ("Uploaded from Cozy Photos", "Backed up from my mobile")},
    "fr": {
        "Administratif": (),
        "Photos": ("Transférées depuis Cozy Photos", "Sauvegardées depuis mon mobile"),
    },
}


def furnish(work: Work, locale: str) -> None:
    """Put the root, the bin and the first folders into a new home."""
    root = _fixed(work, ROOT, "", "", "/")
    _fixed(work, TRASH, ROOT, TRASH_NAME, TRASH_PATH)
    for name, inner in FOLDERS.get(locale, FOLDERS["en"]).items():
        folder = insert_folder(work, root, name, Details())
        for child in inner:
            insert_folder(work, folder, child, Details())


def _fixed(work: Work, id_: str, dir_id: str, name: str, path: str) -> File:
    body = {
        "type": "directory", "name": name, "dir_id": dir_id, "path": path, **dates(work, Details()), "tags": [],
        "cozyMetadata": new_cozy_metadata(work, Details(), uploaded=False),
    }  # fmt: skip
    return tree.insert(work, body, id_)
