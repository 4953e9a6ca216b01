"""Super notes of Standard Notes: the state of their editor (Lexical) as JSON, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_MARKS = ((16, "`"), (4, "~~"), (2, "_"), (1, "**"))  # bits of a text's format
_DEEPEST = 60  # nodes in nodes


def to_markdown(state: Any) -> str:
    """The Markdown of an editor's state. Raises ValueError where it is none."""
    root = state.get("root") if isinstance(state, dict) else None
    if not isinstance(root, dict) or not isinstance(root.get("children"), list):
        raise ValueError("no state of an editor")
    return "\n\n".join(block for one in _children(root) if (block := _block(one, 0))).strip() + "\n"


def _block(said: dict[str, Any], depth: int) -> str:
    kind = said.get("type")
    if kind == "list":
        return "\n".join(_items(said, depth))
    if kind == "table":
        return "\n".join(_table(said))
    if kind == "horizontalrule":
        return "---"
    words = _words(said, depth)
    if kind == "heading":
        return "#" * int(str(said.get("tag", "h1"))[-1:]) + f" {words}"
    if kind == "quote":
        return "\n".join(f"> {line}" for line in words.splitlines())
    if kind == "code":
        return f"```{said.get('language') or ''}\n{words}\n```"
    return words


def _items(said: dict[str, Any], depth: int) -> Iterator[str]:
    """A line for each item; a list in an item is indented below the one before."""
    number = 0
    for one in _children(said) if depth < _DEEPEST else ():
        inner = [node for node in _children(one) if node.get("type") == "list"]
        if inner:
            for node in inner:
                yield from (f"    {line}" for line in _items(node, depth + 1))
            continue
        number += 1
        box = "[x] " if one.get("checked") else "[ ] "
        mark = f"{number}. " if said.get("listType") == "number" else "- "
        yield mark + (box if said.get("listType") == "check" else "") + _words(one, depth + 1)


def _table(said: dict[str, Any]) -> Iterator[str]:
    rows = [[" ".join(_words(cell, 0).split()) for cell in _children(row)] for row in _children(said)]
    wide = max((len(row) for row in rows), default=0)
    for place, row in enumerate(rows):
        yield "| " + " | ".join([*row, *[""] * (wide - len(row))]) + " |"
        if place == 0:
            yield "|" + " --- |" * wide


def _words(said: dict[str, Any], depth: int) -> str:
    kind = said.get("type")
    if kind == "linebreak":
        return "\n"
    if isinstance(said.get("text"), str):
        return _marked(said["text"], said.get("format"))
    inner = "".join(_words(one, depth + 1) for one in _children(said)) if depth < _DEEPEST else ""
    return f"[{inner}]({said.get('url', '')})" if kind in {"link", "autolink"} and inner else inner


def _marked(text: str, bits: Any) -> str:
    if not isinstance(bits, int) or not text.strip():
        return text
    for bit, mark in _MARKS:
        if bits & bit:
            text = f"{mark}{text}{mark}"
    return text


def _children(said: dict[str, Any]) -> list[dict[str, Any]]:
    found = said.get("children")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
