"""Paths in the home for names from anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import DEPTH_LIMIT, NAME_LIMIT, TRASH_NAME
from cozy.rooms.files.service.tree import fitted, free_name

_BAD = dict.fromkeys([*range(32), 127], " ")
_LONGEST_EXTENSION = 32


def steps_of(path: str) -> list[str]:
    """A path as names that a folder can hold."""
    steps = [held(step) for step in path.split("/") if step not in {"", ".", ".."}]
    return (steps or ["?"])[-(DEPTH_LIMIT // 2) :]


def held(name: str) -> str:
    """A name that a folder can hold, as near as it gets."""
    clean = name.translate(_BAD).replace("/", "_").encode("utf-8", "replace").decode().strip()
    if clean in {"", ".", "..", TRASH_NAME}:
        return f"_{clean}"
    if len(clean.encode()) <= NAME_LIMIT:
        return clean
    stem, dot, extension = clean.rpartition(".")
    short = stem and len(extension) <= _LONGEST_EXTENSION
    return fitted(stem, f"{dot}{extension}") if short else fitted(clean, "")


def is_numbered(name: str, other: str) -> bool:
    """Whether a name is another one with a number, as what stands beside it has: `a (2).txt` for `a.txt`."""
    stem, dot, extension = other.rpartition(".")
    before, after = (stem, f"{dot}{extension}") if stem else (other, "")
    return re.fullmatch(rf"{re.escape(before)} \(\d+\){re.escape(after)}", name) is not None


def unnumbered(name: str) -> str:
    """A name without the number that it has beside another one."""
    return re.sub(r" \(\d+\)(?=\.[^.]*$|$)", "", name)


def folder_there(work: Work, top: str, steps: Sequence[str]) -> str:
    """The id of the folder at these steps below another one; "" where it is missing."""
    at = top
    for step in steps:
        known = files.child_named(work, at, step)
        if known is None or not known.is_folder:
            return ""
        at = known.id
    return at


def folder_at(work: Work, top: str, steps: Sequence[str]) -> str:
    """The id of the folder at these steps below another one, made where it is missing. A file in the way stays beside."""
    at = top
    for step in steps:
        known = files.child_named(work, at, step)
        if known is not None and not known.is_folder:
            step = free_name(work, at, step, is_folder=True)
            known = None
        at = (known or files.create_folder(work, at, step)).id
    return at
