"""Recipes that make HTML of texts."""

from __future__ import annotations


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
    """A text in CommonMark, with tables, as HTML; its headings a level lower, below the page's own."""
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
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cut = error.start >= len(raw) - 4
        return raw[: error.start].decode("utf-8-sig") if cut else raw.decode("cp1252", "replace")


RECIPES = {"code": code, "markdown": markdown}
