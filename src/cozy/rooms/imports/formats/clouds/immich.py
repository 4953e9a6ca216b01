"""Immich's folder on disk: originals as its storage template laid them, beside what it made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Format, Item, Match, NotUnderstood, Photo, Tree
from .. import reasons
from ..making import copied
from ..takeout.photos import PICTURES

_MARK = re.compile(r"^((?:.*/)?)(?:library|upload|thumbs|encoded-video|profile|backups)/\.immich$")
_ORIGINAL = re.compile(r"^(?:library/[^/]+|upload/[0-9a-f-]{36}(?:/[0-9a-f]{2}){0,2})/(.+)$")
_MADE = ("thumbs/", "encoded-video/", "profile/")


def recognise(tree: Tree) -> Match | None:
    """The folder whose parts hold Immich's marks."""
    found = next((match for entry in tree.entries if (match := _MARK.match(entry.name))), None)
    return Match(under=(found[1],)) if found else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """The originals; a sidecar beside a picture goes where it goes, and is read there. What Immich made of them, the home makes anew."""
    top = len(match.under[0])
    for entry in tree.entries:
        name = entry.name[top:]
        found = _ORIGINAL.match(name)
        if entry.base == ".immich" or name.startswith(_MADE):
            continue
        if found and entry.extension in PICTURES:
            yield Photo(
                source=found[1], name=entry.name, path=found[1], content=entry.name, modified=entry.modified
            )
        elif found and entry.extension == ".xmp":
            yield Photo(
                source=found[1],
                name=entry.name,
                path=found[1],
                content=entry.name,
                modified=entry.modified,
                mime="application/rdf+xml",
            )
        elif name.startswith("backups/"):
            yield copied(entry, f"Immich/{name}")
        else:
            yield NotUnderstood(name=entry.name, why=reasons.NO_PICTURE)


FORMAT = Format(name="immich", title="Immich", recognise=recognise, items=items)
