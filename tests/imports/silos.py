"""Archives of silos in their real layout, with data of our own, and what the formats make of them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cozy.rooms.imports.formats.silo_formats import SILOS
from cozy.rooms.imports.model import NotUnderstood, Photo
from cozy.rooms.imports.service.trees import OnDisk, Whole, opened

Files = Mapping[str, bytes | str | dict | list]


def raw(content: bytes | str | dict | list) -> bytes:
    """A content as bytes: JSON for what is no text."""
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)).encode()


def zipped(path: Path, files: Files) -> Path:
    """A zip of some files, in their order."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, raw(content))
    return path


@contextmanager
def tree(folder: Path, *parts: Files, title: str = "archive") -> Iterator[Whole]:
    """The tree of an archive of so many parts."""
    handles = [
        OnDisk(zipped(folder / f"{title}{number or ''}.zip", files)) for number, files in enumerate(parts)
    ]
    with opened(handles) as found:
        yield found


def understood(whole: Whole) -> tuple[dict[str, list[Any]], list[str]]:
    """What each format makes of a tree, as the frame asks them, and the names of what is left."""
    found: dict[str, list[Any]] = {}
    for format_ in SILOS:
        while whole.entries and (match := format_.recognise(whole)):
            found.setdefault(format_.name, []).extend(format_.items(whole.within(match.under), match))
            whole = whole.without(match.under)
    return found, [entry.name for entry in whole.entries]


def items(folder: Path, *parts: Files, title: str = "archive") -> dict[str, list[Any]]:
    """What each format makes of an archive, where nothing is left."""
    with tree(folder, *parts, title=title) as whole:
        found, left = understood(whole)
    assert left == []
    return found


def bodies(found: list[Any]) -> list[dict[str, Any]]:
    """The documents of some items."""
    return [dict(item.body) for item in found if hasattr(item, "body")]


def unread(found: list[Any]) -> dict[str, str]:
    """What was not understood, and why."""
    return {item.name: item.why for item in found if isinstance(item, NotUnderstood)}


def photos(found: list[Any]) -> dict[str, Photo]:
    """The pictures, by their paths."""
    return {item.path: item for item in found if isinstance(item, Photo)}


def picture(seed: str) -> bytes:
    """Bytes that are no picture, and different for each seed: formats do not look into pictures."""
    return f"\xff\xd8{seed}".encode("latin-1", "replace")
