"""Format: one service's way to hand out what it has, as a module of two functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from .items import Item
from .trees import Tree

MOVES_FROM = (
    "moves_from"  # a fact that the frame adds: the address of the Cozy that moves here with what it hands out
)


class Match(Struct, frozen=True):
    """What a format found in a tree.

    under: how the names of the files begin that it wants, (`Takeout/Drive/`,); ("",) for all. It alone is given these.
    facts: whatever its `items` wants to know again.
    """

    under: tuple[str, ...] = ("",)
    facts: Mapping[str, Any] = {}


class Format(Struct, frozen=True):
    """A row of the table of formats.

    name: `google.photos`, never changed once released, as sources are known by it; title: what people call it.
    recognise: looks at names, and at the beginning of a few files, and is quick. It is asked again for what is left, until None.
    items: everything of the tree (which holds what is `under` alone), in the same order each time. A file that cannot be used yields
    NotUnderstood; `Damaged` of the tree, and any ValueError while reading one file, are for the format to turn into that.
    """

    name: str
    title: str
    recognise: Callable[[Tree], Match | None]
    items: Callable[[Tree, Match], Iterator[Item]]
