"""The program that opens people's pictures, films and PDF files to draw them: a process of its own, without rights.

It reads one JSON line an order, `{"recipe": …, "path": …}` and what the recipe takes, and answers a line
`<ok: 1 or 0> <length>` and that many bytes. Whatever a hostile file does to it, the parent kills it and goes on.
It imports nothing of Cozy, so that it starts with no more than it needs.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

MEMORY = 3 * 1024**3  # bytes of address space; pictures of 100 megapixels pass, bombs do not
CPU_S = 20  # for one order
PIXELS = 4_000  # most on a side of what is drawn
LINES = 3_000  # most of a page's text


def thumbnail(path: str, size: int) -> bytes:
    """A picture no larger than `size` pixels on a side, upright, as WebP."""
    import pyvips

    pyvips.block_untrusted_set(True)
    try:
        image = pyvips.Image.thumbnail(path, size, height=size, size="down")
    except pyvips.Error:
        return _with_pillow(path, size)
    drawn: bytes = image.colourspace("srgb").webpsave_buffer(Q=78, effort=2, keep=pyvips.ForeignKeep.NONE)
    return drawn


def _with_pillow(path: str, size: int) -> bytes:
    """What libvips cannot read: HEIC."""
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener()
    with Image.open(path) as image:
        return _webp(ImageOps.exif_transpose(image), size)


def _webp(image: Any, size: int) -> bytes:
    image = image.convert("RGBA" if "A" in image.mode else "RGB")
    image.thumbnail((size, size))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=78, method=2)
    return out.getvalue()


def poster(path: str, size: int) -> bytes:
    """A picture out of a film, one second in where it lasts that long."""
    import av

    with av.open(path) as film:
        stream = film.streams.video[0]
        stream.thread_type = "NONE"
        if film.duration and film.duration > 2_000_000:
            film.seek(1_000_000)
        frame = next(film.decode(stream))
        return _webp(frame.to_image(), size)


def pdf_text(path: str, first: int, count: int) -> bytes:
    """How many pages there are, and of `count` from `first` on: their size in points and their lines of text.

    A line: left, bottom (from the page's top), width, height, text.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    pages = [_page(document[n]) for n in range(first, min(first + count, len(document)))]
    return json.dumps({"total": len(document), "pages": pages}).encode()


def _page(page: Any) -> dict[str, Any]:
    width, height = page.get_size()
    text = page.get_textpage()
    lines = []
    for n in range(min(text.count_rects(), LINES)):
        left, bottom, right, top = text.get_rect(n)
        words = text.get_text_bounded(left, bottom, right, top).strip()
        if words:
            sizes = (left, height - bottom, right - left, top - bottom)
            lines.append([*(round(size, 2) for size in sizes), words])
    return {"width": round(width, 2), "height": round(height, 2), "lines": lines}


def pdf_page(path: str, page: int, size: int) -> bytes:
    """A page, `size` pixels wide, as WebP."""
    import pypdfium2

    drawn = pypdfium2.PdfDocument(path)[page]
    width, height = drawn.get_size()
    scale = min(size / width, PIXELS / height)
    image = drawn.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80, method=2)
    return out.getvalue()


def pdf_single(path: str, page: int) -> bytes:
    """A page as a PDF of its own."""
    import pypdfium2

    single = pypdfium2.PdfDocument.new()
    single.import_pages(pypdfium2.PdfDocument(path), [page])
    out = io.BytesIO()
    single.save(out)
    return out.getvalue()


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


RECIPES: dict[str, Callable[..., bytes]] = {
    "thumbnail": thumbnail, "poster": poster, "pdf_text": pdf_text, "pdf_page": pdf_page,
    "pdf_single": pdf_single,
    "code": code, "markdown": markdown,
}  # fmt: skip


def fence() -> None:
    """Give up what drawing does not need: writing files, dumping memory, more memory than a large picture takes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def main() -> None:
    """Serve orders until the parent goes away."""
    fence()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        order = json.loads(line)
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + CPU_S, resource.RLIM_INFINITY))
        try:
            ok, result = 1, RECIPES[order.pop("recipe")](**order)
        except Exception as error:
            ok, result = 0, f"{type(error).__name__}: {error}".encode()
        answers.write(b"%d %d\n" % (ok, len(result)))
        answers.write(result)
        answers.flush()


if __name__ == "__main__":
    main()
