"""HTML of notes as Markdown: what people wrote, with its headings, lists, links, tables, boxes to tick and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_BLOCKS = {
    "p",
    "div",
    "section",
    "article",
    "blockquote",
    "pre",
    "ul",
    "ol",
    "table",
    "hr",
    "en-note",
    "body",
    *_HEADINGS,
}
_MARKS = {
    "b": "**",
    "strong": "**",
    "i": "_",
    "em": "_",
    "s": "~~",
    "strike": "~~",
    "del": "~~",
    "code": "`",
    "tt": "`",
}
_SILENT = {"script", "style", "head", "title"}
_LAST = re.compile(r"[ \t]+\n(?=[ \t]*(?:\n|$))")  # a break at the end of a paragraph breaks nothing
_MANY = re.compile(r"\n{3,}")
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")

Embed = Callable[[dict[str, str]], str]


def to_markdown(html: str, embed: Embed | None = None) -> str:
    """The Markdown of some HTML; `embed` says what stands for an `en-media` (of Evernote), of its attributes."""
    writer = _Writer(embed)
    writer.feed(html)
    writer.close()
    return _MANY.sub("\n\n", _LAST.sub("\n", "".join(writer.out))).strip() + "\n"


class _Writer(HTMLParser):
    def __init__(self, embed: Embed | None) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.lists: list[int] = []  # the next number of each list around, 0 where it has none
        self.links: list[str] = []
        self.cells: list[list[str]] | None = None  # the rows of a table, and where the text of a cell begins
        self.cell_at = 0
        self.quotes = 0
        self.silent = 0
        self.is_pre = False
        self.embed = embed

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self.silent += tag != "head"
        elif tag in {"ul", "ol"}:
            self._line(1 if self.lists else 2)
            self.lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._item(said)
        elif tag in _MARKS and not self.is_pre:
            self.out.append(_MARKS[tag])
        elif tag == "a":
            self.links.append(said.get("href", ""))
            self.out.append("[" if self.links[-1] else "")
        elif tag == "img":
            self.out.append(f"![{said.get('alt', '')}]({said.get('src', '')})")
        elif tag == "en-media" and self.embed:
            self.out.append(self.embed(said))
        elif tag in {"en-todo", "input"}:
            if tag == "en-todo" or said.get("type") == "checkbox":
                self._box("checked" in said and said["checked"] != "false")
        elif tag == "br":
            self.out.append("\n" if self.is_pre else "  \n" + "> " * self.quotes)
        else:
            self._block(tag)

    def _block(self, tag: str) -> None:
        if tag == "table":
            self._line(2)
            self.cells = []
        elif tag == "tr" and self.cells is not None:
            self.cells.append([])
        elif tag in {"td", "th"}:
            self.cell_at = len(self.out)
        elif tag in _BLOCKS and self.cells is None:
            self._line(1 if self.lists else 2)
            if tag == "blockquote":
                self.quotes += 1
            if tag == "pre":
                self.is_pre = True
                self.out.append("```\n")
            elif tag == "hr":
                self.out.append("---\n")
            else:
                self.out.append("> " * self.quotes + _HEADINGS.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - (tag != "head"))
        elif tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
            self._line(1 if self.lists else 2)
        elif tag in _MARKS and not self.is_pre:
            self.out.append(_MARKS[tag])
        elif tag == "a" and self.links:
            target = self.links.pop()
            self.out.append(f"]({target})" if target else "")
        elif tag in {"td", "th"} and self.cells:
            text = " ".join("".join(self.out[self.cell_at :]).split()).replace("|", "\\|")
            del self.out[self.cell_at :]
            self.cells[-1].append(text)
        elif tag == "table" and self.cells is not None:
            self._table(self.cells)
            self.cells = None
        elif tag == "pre":
            self.is_pre = False
            self.out.append("\n```\n")
        elif tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
            self._line(2)
        elif tag in _BLOCKS and self.cells is None:
            self._line(1 if self.lists else 2)

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if self.is_pre:
            self.out.append(data)
            return
        text = re.sub(r"\s+", " ", data)
        if text == " " and (not self.out or self.out[-1].endswith(("\n", " "))):
            return
        self.out.append(_SPECIAL.sub(r"\\\1", text))

    def _item(self, said: dict[str, str]) -> None:
        self._line(1)
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        self.out.append("    " * max(0, len(self.lists) - 1) + (f"{number}. " if number else "- "))
        if "--en-checked" in said.get("style", ""):
            self.out.append("[x] " if "--en-checked:true" in said["style"].replace(" ", "") else "[ ] ")

    def _box(self, is_ticked: bool) -> None:
        at_item = self.out and self.out[-1].rstrip().endswith(("-", "."))
        self.out.append(("" if at_item else "- ") + ("[x] " if is_ticked else "[ ] "))

    def _table(self, rows: list[list[str]]) -> None:
        wide = max((len(row) for row in rows), default=0)
        for place, row in enumerate(rows):
            self.out.append("| " + " | ".join([*row, *[""] * (wide - len(row))]) + " |\n")
            if place == 0:
                self.out.append("|" + " --- |" * wide + "\n")
        self.out.append("\n")

    def _line(self, count: int) -> None:
        """End the line, with an empty one after it for two."""
        tail = "".join(self.out[-4:]).rstrip(" >")
        have = len(tail) - len(tail.rstrip("\n"))
        if tail:
            self.out.append("\n" * max(0, count - have))
