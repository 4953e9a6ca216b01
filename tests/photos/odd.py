"""Pictures and films that are no plain JPEG of a camera, or only seem to be one: some hundreds, of every kind that there is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import chain
from random import Random
from typing import Any

import av
import pillow_heif
import pyvips
from PIL import Image

from tests.browser.samples import pdf
from tests.files.photos import SAID, XMP, apple_note, photo, raw
from tests.search import samples

OF_EACH = 30
MOMENT = datetime(2026, 7, 20, 9, tzinfo=UTC)
RAWS = ("dng", "cr2", "nef", "arw", "orf", "rw2", "raf", "pef", "srw", "nrw")
FILMS = (("mp4", "mp4", "mpeg4"), ("mov", "mov", "mpeg4"), ("webm", "webm", "libvpx-vp9"), ("mkv", "matroska", "mpeg4"), ("avi", "avi", "mpeg4"))  # fmt: skip
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 60"><rect width="90" height="60" fill="hsl({} 60% 80%)"/><circle cx="{}" cy="30" r="20" fill="teal"/></svg>'
Named = Iterator[tuple[str, bytes]]


def files() -> Named:
    """Each with its name."""
    return chain(_still(), _raw(), _drawn(), _films(), _together(), _written(), _strange())


def _still() -> Named:
    """One view in every kind of picture that programs write."""
    chance = Random(11)
    for n in range(OF_EACH):
        view = _view(chance.randrange(1 << 20))
        for kind, how in (
            ("PNG", {}),
            ("WEBP", {"quality": 80}),
            ("GIF", {}),
            ("TIFF", {}),
            ("BMP", {}),
            ("AVIF", {"quality": 60}),
        ):
            yield f"odd-{n:02}.{kind.lower()}", saved(view, kind, **how)
        yield f"odd-{n:02}.heic", _heic(view, n)


def _raw() -> Named:
    """What cameras write raw, and beside each what its owner said of it."""
    for n in range(OF_EACH):
        name, hour = f"raw-{n:02}", (MOMENT - timedelta(days=n)).strftime("%Y:%m:%d %H:%M:%S")
        yield (
            f"{name}.{RAWS[n % len(RAWS)]}",
            raw(photo(hour, size=(1200, 800), colour=_colour(n)), orientation=6 if n % 3 == 0 else 1),
        )
        yield f"{name}.xmp", XMP.format(attributes=f'xmp:Rating="{1 + n % 5}"', elements=SAID).encode()


def _drawn() -> Named:
    for n in range(OF_EACH):
        yield f"drawing-{n:02}.svg", DRAWING.format(n * 12, 20 + n).encode()
        yield f"paper-{n:02}.pdf", pdf(f"Paper {n}", f"Page two of {n}")


def _films() -> Named:
    for n in range(OF_EACH):
        ending, container, codec = FILMS[n % len(FILMS)]
        yield f"film-{n:02}.{ending}", film(n, container, codec, creation_time=_iso(n))


def _together() -> Named:
    """Live photos, still and film; bursts; and motion photos, whose film is in the same file."""
    for n in range(OF_EACH // 3):
        own = {0x927C: apple_note(live=f"LIVE-{n:04}")}
        yield f"live-{n:02}.heic", photo(_taken(n), own=own, kind="HEIF", size=(640, 480), colour=_colour(n))
        told = {"com.apple.quicktime.content.identifier": f"LIVE-{n:04}", "com.apple.quicktime.creationdate": _iso(n)}  # fmt: skip
        yield f"live-{n:02}.mov", film(n, "mov", "mpeg4", **told)
        for nth in range(5):
            note = {0x927C: apple_note(burst=f"BURST-{n:04}")}
            yield f"burst-{n:02}-{nth}.jpg", photo(_taken(n, nth), own=note, size=(640, 480), colour=_colour(n * 7 + nth))  # fmt: skip
        moving = film(n, "mp4", "libvpx-vp9")
        said = XMP.format(attributes=f'GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{len(moving)}"', elements="")  # fmt: skip
        yield (
            f"moving-{n:02}.jpg",
            photo(_taken(n), xmp=said, size=(640, 480), colour=_colour(n + 3)) + moving,
        )


def _written() -> Named:
    """Documents of offices, whose first page is a picture where there is a program for it."""
    for name, data in (("docx", samples.DOCX), ("xlsx", samples.XLSX), ("pptx", samples.PPTX), ("odt", samples.ODT)):  # fmt: skip
        yield f"written.{name}", data


def _strange() -> Named:
    """What programs stumble over."""
    plain = _view(1)
    yield "cmyk.jpg", saved(plain.convert("CMYK"), "JPEG")
    yield "grey-16-bit.png", saved(plain.convert("I;16"), "PNG")
    yield "palette.png", saved(plain.convert("P"), "PNG")
    yield "clear.png", saved(Image.new("RGBA", (300, 200), (0, 90, 120, 90)), "PNG")
    yield "panorama.jpg", saved(_view(2, 4000, 400), "JPEG")
    yield "needle.jpg", saved(_view(3, 60, 2400), "JPEG")
    yield "tiny.png", saved(Image.new("RGB", (1, 1), "teal"), "PNG")
    pages: dict[str, Any] = {"save_all": True, "append_images": [Image.new("P", (600, 400))]}
    yield "moving.gif", saved(plain.convert("P"), "GIF", **pages)
    yield "moving.webp", saved(plain, "WEBP", save_all=True, append_images=[_view(5)])
    yield "pages.tiff", saved(plain, "TIFF", save_all=True, append_images=[_view(6)])
    whole = saved(_view(4), "JPEG")
    yield "cut-short.jpg", whole[: len(whole) // 2]
    yield "cut-short.mp4", film(1, "mp4", "mpeg4")[:2_000]
    yield "empty.jpg", b""
    yield "lying.jpg", b"<!doctype html><title>no picture</title>"
    yield "lying.dng", b"II*\0" + b"\x11" * 4_000
    yield "many-pixels.png", _bomb()
    for turn in range(1, 9):
        yield f"turned-{turn}.jpg", photo(_taken(turn), orientation=turn, size=(640, 480), colour=_colour(turn))  # fmt: skip


def _view(seed: int, width: int = 600, height: int = 400) -> Image.Image:
    """Soft spots of that seed."""
    spots = pyvips.Image.gaussnoise(6, 4, sigma=60, mean=128, seed=seed)
    other = pyvips.Image.gaussnoise(6, 4, sigma=60, mean=128, seed=seed + 1_000_003)
    small = spots.bandjoin([other, spots]).cast("uchar").resize(width / 6, vscale=height / 4, kernel="cubic")
    return Image.frombytes("RGB", (small.width, small.height), small.cast("uchar").write_to_memory())


def _colour(n: int) -> str:
    return f"hsl({n * 37 % 360}, 60%, 45%)"


def _taken(day: int, second: int = 0) -> str:
    return (MOMENT - timedelta(days=day) + timedelta(seconds=second)).strftime("%Y:%m:%d %H:%M:%S")


def _iso(day: int) -> str:
    return (MOMENT - timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")


def film(seed: int, container: str, codec: str, **said: str) -> bytes:
    """Two seconds in which a light crosses. said: what the file tells of itself."""
    out = io.BytesIO()
    options = {"movflags": "use_metadata_tags"} if container == "mov" else {}
    with av.open(out, "w", format=container, options=options) as file:
        file.metadata.update(said)
        stream: Any = file.add_stream(codec, rate=Fraction(12))
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        around = pyvips.Image.xyz(320, 240)
        for n in range(24):
            away = ((around[0] - 8 * n) ** 2 + (around[1] - (40 + seed * 5 % 160)) ** 2) ** 0.5
            glow = (away * -2 + 255).cast("uchar")
            frame = av.VideoFrame(320, 240, "rgb24")
            frame.planes[0].update(glow.bandjoin([glow / 2, glow]).cast("uchar").write_to_memory())
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return out.getvalue()


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    """A picture as a file of that kind."""
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _heic(image: Image.Image, day: int) -> bytes:
    tags, out = Image.Exif(), io.BytesIO()
    tags[0x8769] = {0x9003: _taken(day)}
    pillow_heif.from_pillow(image).save(out, quality=60, exif=tags.tobytes())
    return out.getvalue()


def _bomb() -> bytes:
    """A PNG of 900 megapixels in a few kilobytes."""
    return bytes(pyvips.Image.black(30_000, 30_000).pngsave_buffer(compression=9, bitdepth=1))
