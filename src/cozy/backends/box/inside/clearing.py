"""Removes the folder of a box, whatever its program made of it."""

from __future__ import annotations

import os
from contextlib import suppress


def clear(folder: str) -> None:
    """Remove a folder with all that is in it, at which nothing may be any more.

    However deep it is and whatever it forbids: each folder in it is opened to us, and those that it holds come to the top.
    """
    with suppress(OSError):  # it is gone already, or somebody is at it after all
        os.chmod(folder, 0o700)
        while inner := _emptied(folder):
            for path in inner:
                for deeper in _emptied(path):
                    os.rename(deeper, os.path.join(folder, os.urandom(8).hex()))
                os.rmdir(path)
        os.rmdir(folder)


def _emptied(folder: str) -> list[str]:
    """The folders in this one, once all else in it is removed."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, 0o700)
                folders.append(entry.path)
            else:
                os.unlink(entry.path)
    return folders
