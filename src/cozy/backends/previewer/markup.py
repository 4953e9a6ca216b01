"""Recipes that make HTML of texts."""

from __future__ import annotations

import io
import tarfile
from contextlib import suppress


def code(path: str, name: str) -> bytes:
    """A text as HTML: spans with the classes of Pygments for what the file's name says it is."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_for_filename
    from pygments.lexers.special import TextLexer
    from pygments.util import ClassNotFound

    text = _text(path)
    try:
        lexer = get_lexer_for_filename(name, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    return highlight(text, lexer, HtmlFormatter(nowrap=True)).encode()


def markdown(path: str) -> bytes:
    """A text in CommonMark, with tables, as HTML; its headings a level lower, below the page's own. Of a note with pictures, its text."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = reader.parse(_text(path))
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
    return reader.renderer.render(tokens, reader.options, {}).encode()


def _text(path: str) -> str:
    with open(path, "rb") as file:
        raw = file.read()
    if raw[257:262] == b"ustar":
        raw = _of_note(raw)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cut = error.start >= len(raw) - 4
        return raw[: error.start].decode("utf-8-sig") if cut else raw.decode("cp1252", "replace")


def _of_note(raw: bytes) -> bytes:
    """The text of a note that has pictures: it begins the archive, of which perhaps only the head is here."""
    with suppress(tarfile.TarError), tarfile.open(fileobj=io.BytesIO(raw), mode="r|") as archive:
        first = archive.next()
        if first is not None and first.isfile() and first.name == "index.md":
            start = first.offset_data
            return raw[start : start + first.size]
    return b""


RECIPES = {"code": code, "markdown": markdown}
