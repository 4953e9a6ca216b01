"""Recipes for PDF files."""

from __future__ import annotations

import io
import json
from typing import Any

PIXELS = 4_000  # most on a side of what is drawn
LINES = 3_000  # most of a page's text


def first_page(path: str, width: int, height: int, *, is_cut: bool) -> Any:
    """The first page as a Pillow image that fills a box, or fits into it."""
    import pypdfium2

    page = pypdfium2.PdfDocument(path)[0]
    wide, high = page.get_size()
    scale = (max if is_cut else min)(width / wide, height / high)
    scale = min(scale, PIXELS / max(wide, high))
    return page.render(scale=scale, may_draw_forms=False).to_pil()


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


RECIPES = {"pdf_text": pdf_text, "pdf_page": pdf_page, "pdf_single": pdf_single}
