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
import struct
import sys
from collections.abc import Callable
from typing import Any

MEMORY = 3 * 1024**3  # bytes of address space; pictures of 100 megapixels pass, bombs do not
CPU_S = 20  # for one order
PIXELS = 4_000  # most on a side of what is drawn
LINES = 3_000  # most of a page's text
SOURCE_PIXELS = 250_000_000  # most of a picture that is opened at all
FILMS = {
    "format_whitelist": "mov,matroska,ogg",  # none of the lists that lead to other files (ffconcat, HLS)
    "protocol_whitelist": "file",
}
# By machine: its name in seccomp(2), and the numbers there of socket, connect, execve, execveat, ptrace,
# process_vm_readv, process_vm_writev, unlink, unlinkat, rename, renameat, renameat2, truncate, rmdir.
NEVER = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 310, 311, 87, 263, 82, 264, 316, 76, 84)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 270, 271, 35, 38, 276, 45)),
}


def thumbnail(path: str, size: int) -> bytes:
    """A picture no larger than `size` pixels on a side, upright, as WebP."""
    import pyvips

    pyvips.block_untrusted_set(True)
    try:
        _refuse_bomb(pyvips.Image.new_from_file(path, access="sequential"))
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


def _refuse_bomb(image: Any) -> None:
    """Look at the head of a picture before anything is unpacked."""
    if image.width * image.height > SOURCE_PIXELS:
        raise ValueError("This picture has too many pixels.")


def picture(path: str, width: int, height: int, crop: int) -> bytes:
    """A picture within a width and height, or cut to fill them, upright, as JPEG on white."""
    import pyvips

    pyvips.block_untrusted_set(True)
    fit: dict[str, Any] = {"crop": "centre"} if crop else {"size": "down"}
    try:
        _refuse_bomb(pyvips.Image.new_from_file(path, access="sequential"))
        image = pyvips.Image.thumbnail(path, width, height=height, **fit).colourspace("srgb")
        if image.hasalpha():
            image = image.flatten(background=[255.0])
        drawn: bytes = image.jpegsave_buffer(Q=80, keep=pyvips.ForeignKeep.NONE)
    except pyvips.Error:
        return _picture_with_pillow(path, width, height, crop)
    return drawn


def _picture_with_pillow(path: str, width: int, height: int, crop: int) -> bytes:
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener()
    with Image.open(path) as image:
        return _jpeg(ImageOps.exif_transpose(image), width, height, crop)


def _jpeg(image: Any, width: int, height: int, crop: int) -> bytes:
    from PIL import Image, ImageOps

    image = image.convert("RGBA" if "A" in image.mode else "RGB")
    if crop:
        image = ImageOps.fit(image, (width, height))
    else:
        image.thumbnail((width, height))
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image)
        image = paper
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def pdf_picture(path: str, width: int, height: int, crop: int) -> bytes:
    """The first page, within a width and height or cut to fill them, as JPEG."""
    import pypdfium2

    page = pypdfium2.PdfDocument(path)[0]
    wide, high = page.get_size()
    scale = (max if crop else min)(width / wide, height / high)
    scale = min(scale, PIXELS / max(wide, high))
    return _jpeg(page.render(scale=scale, may_draw_forms=False).to_pil(), width, height, crop)


def facts(path: str) -> bytes:
    """What a picture says of itself: width, height, orientation, taken_at, offset, lat, long. Nothing is unpacked."""
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as image:
        width, height = image.size
        known = {"width": width, "height": height, **_exif(image)}
    return json.dumps({name: value for name, value in known.items() if value is not None}).encode()


def _exif(image: Any) -> dict[str, Any]:
    """Tags by number: EXIF 3.0 §4.6. A picture whose tags cannot be read has none."""
    if "exif" not in image.info and image.format != "TIFF":
        return {}  # else Pillow unpacks a whole PNG to look behind its pixels
    try:
        tags = image.getexif()
        own, place = tags.get_ifd(0x8769), tags.get_ifd(0x8825)
        taken = ((own, 0x9003, 0x9011), (own, 0x9004, 0x9012), (tags, 0x0132, 0x9010))
        taken_at, offset = next(
            ((_word(of, at), _word(of, zone)) for of, at, zone in taken if _word(of, at)), (None, None)
        )
        lat, long = _degrees(place, 1, 2, "S"), _degrees(place, 3, 4, "W")
        orientation = tags.get(0x0112)
    except Exception:
        return {}
    where = {"lat": lat, "long": long} if lat is not None and long is not None else {}
    return {
        "taken_at": taken_at, "offset": offset, **where,
        "orientation": orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else None,
    }  # fmt: skip


def _word(tags: Any, number: int) -> str | None:
    value = tags.get(number)
    return value.strip("\0 ") or None if isinstance(value, str) else None


def _degrees(place: Any, side: int, number: int, negative: str) -> float | None:
    """Degrees, minutes and seconds as a number; none when they are not on this planet."""
    try:
        degrees, minutes, seconds = (float(part) for part in place[number])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not value <= 180:  # nor is what is no number
        return None
    return round(-value if place.get(side) == negative else value, 7)


def film_facts(path: str) -> bytes:
    """What a film says of itself: width, height, duration_s, taken_at."""
    import av

    with av.open(path, options=FILMS) as film:
        stream = film.streams.video[0]
        known = {
            "width": stream.width, "height": stream.height,
            "duration_s": round(film.duration / 1_000_000, 3) if film.duration else None,
            "taken_at": film.metadata.get("creation_time") or stream.metadata.get("creation_time"),
        }  # fmt: skip
    return json.dumps({name: value for name, value in known.items() if value}).encode()


def _webp(image: Any, size: int) -> bytes:
    image = image.convert("RGBA" if "A" in image.mode else "RGB")
    image.thumbnail((size, size))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=78, method=2)
    return out.getvalue()


def poster(path: str, size: int) -> bytes:
    """A picture out of a film, one second in where it lasts that long."""
    import av

    with av.open(path, options=FILMS) as film:
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
    "picture": picture, "pdf_picture": pdf_picture, "facts": facts, "film_facts": film_facts,
}  # fmt: skip


def fence() -> None:
    """Give up what drawing does not need: writing files, dumping memory, more memory than a large picture takes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    if sys.platform == "linux" and os.uname().machine in NEVER:
        _wall_up(*NEVER[os.uname().machine])


def _wall_up(machine: int, calls: tuple[int, ...]) -> None:
    """Have the kernel refuse some calls for good (seccomp(2)): no network, no other program, no file gone or renamed.

    The filter, in BPF: on another machine allow; refuse each number with EPERM; allow the rest.
    """
    import ctypes

    steps = [(0x20, 0, 0, 4), (0x15, 0, len(calls) + 1, machine), (0x20, 0, 0, 0)]
    steps += [(0x15, len(calls) - n, 0, call) for n, call in enumerate(calls)]
    steps += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050001)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program), 0, 0):
        sys.stderr.write(f"seccomp: {os.strerror(ctypes.get_errno())}\n")


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
