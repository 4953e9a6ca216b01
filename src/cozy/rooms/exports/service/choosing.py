"""What of a home an export is to hold, by the paths of its lines."""

from __future__ import annotations

from collections.abc import Mapping

from cozy.rooms.files.model import mime_and_class

from ..model import BIN, CALENDARS, CONTACTS, FILES, MANIFEST, NOTES, READER, SUMS, VERSIONS, Choice
from .spool import Wants, everything

_ALWAYS = (MANIFEST, READER, SUMS)


def _below(*folders: str) -> Wants:
    starts = tuple(f"{folder}/" for folder in folders)
    return lambda path: path.startswith(starts) or path in _ALWAYS


def _is_picture(path: str) -> bool:
    """Whether it is a picture or film among the files, or what is said beside one."""
    if path in _ALWAYS:
        return True
    name = path.removesuffix(".xmp")
    return path.startswith(f"{FILES}/") and mime_and_class("", name)[1] in {"image", "video"}


CHOICES: Mapping[Choice, Wants] = {
    "everything": everything,
    "files": _below(FILES, BIN, VERSIONS, NOTES),
    "photos": _is_picture,
    "people": _below(CONTACTS, CALENDARS),
}
