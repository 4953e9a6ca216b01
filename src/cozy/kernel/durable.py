"""What makes files and folders survive a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(path: Path) -> None:
    """Put a folder's entries on the disk: a new or renamed file is safe only then (fsync(2))."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Put a file's bytes on the disk, whoever wrote them."""
    sync_folder(path)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, and put every new entry on the disk."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync_folder(folder.parent)
