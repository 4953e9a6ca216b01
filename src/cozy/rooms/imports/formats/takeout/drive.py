"""Google Drive: files and folders as they are; documents of Google came converted to open or Office formats."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Format, Item, Match, Tree
from ..making import copied

_DRIVE = re.compile(r"^(?:.*/)?Takeout[^/]*/(?:Google )?Drive/")


def recognise(tree: Tree) -> Match | None:
    """The folder of Drive, which has that name in every language."""
    found = next((match[0] for entry in tree.entries if (match := _DRIVE.match(entry.name))), None)
    return Match(under=(found,)) if found else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """Every file at its place."""
    top = len(match.under[0])
    return (copied(entry, f"Google Drive/{entry.name[top:]}") for entry in tree.entries)


FORMAT = Format(name="google.drive", title="Google Drive", recognise=recognise, items=items)
