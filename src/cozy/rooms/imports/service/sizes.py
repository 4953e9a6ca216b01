"""How many bytes items hold."""

from __future__ import annotations

from ..model import Copy, Item
from .trees import Whole


def size_of(item: Item, tree: Whole) -> int:
    """The bytes of an item's content; 0 for what has none."""
    content = getattr(item, "content", b"")
    if content is None and isinstance(item, Copy):
        return 0
    if isinstance(content, bytes):
        return len(content)
    entry = tree.find(content or item.name)
    return entry.size if entry else 0
