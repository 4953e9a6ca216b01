"""The recipe for a picture turned and cut, as a file of the same kind that says of itself what the other one said.

A JPEG that is only turned keeps every pixel: what changes is the number that tells how to show it. One that is cut is written with
the tables that it was written with, at the edges of its own blocks, so that hardly anything is lost.
"""

from __future__ import annotations

import io
from typing import Any

from . import orientation
from .pixels import SOURCE_PIXELS

BLOCK = 16  # pixels on a side, with the usual sampling of colours
# Tags that people and their cameras write: description, make, model, program, time, artist, XMP, IPTC, rating, copyright.
SAID = (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x02BC, 0x83BB, 0x4746, 0x8298, 0x8769, 0x8825)
DIRECTORIES = (0x8769, 0x8825)
LEAST = 16  # pixels on a side of what is left


def edited(path: str, turn: int, left: int, top: int, width: int, height: int) -> bytes:
    """turn: degrees clockwise, as it is shown; then cut: millionths of its width and height."""
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = SOURCE_PIXELS
    with open(path, "rb") as file:
        data = file.read()
    with Image.open(io.BytesIO(data)) as image:
        if getattr(image, "n_frames", 1) > 1 and image.format in {"GIF", "WEBP", "PNG", "AVIF"}:
            raise ValueError("This picture moves.")
        cut = (left, top, width, height)
        is_whole = cut == (0, 0, 1_000_000, 1_000_000)
        if image.format == "JPEG" and is_whole:
            return orientation.turned(data, turn)
        return _redrawn(image, turn, None if is_whole else cut)


def _redrawn(image: Any, turn: int, cut: tuple[int, int, int, int] | None) -> bytes:
    from PIL import ImageOps

    how = _manner(image)
    is_upright = image.getexif().get(0x0112, 1) == 1 and not turn
    shown = ImageOps.exif_transpose(image)
    if turn:
        shown = shown.rotate(-turn, expand=True)
    if cut:
        shown = shown.crop(_box(shown, cut, BLOCK if image.format == "JPEG" and is_upright else 1))
    out = io.BytesIO()
    shown.save(out, image.format, **how, **_said(shown, _tags(image), image.format))
    return out.getvalue()


def _box(image: Any, cut: tuple[int, int, int, int], block: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels; the first two at the edge of a block."""
    left, top = (round(part * side / 1_000_000) for part, side in zip(cut[:2], image.size, strict=True))
    right, bottom = (
        min(side, round((start + part) * side / 1_000_000))
        for start, part, side in zip(cut[:2], cut[2:], image.size, strict=True)
    )
    left, top = left - left % block, top - top % block
    if right - left < LEAST or bottom - top < LEAST:
        raise ValueError("Too little would be left.")
    return left, top, right, bottom


def _manner(image: Any) -> dict[str, Any]:
    """How a kind of picture is written so that nobody sees a difference."""
    from PIL import JpegImagePlugin

    match image.format:
        case "JPEG":
            sampling = JpegImagePlugin.get_sampling(image)
            return {
                "qtables": image.quantization,
                "subsampling": max(sampling, 0),
                "optimize": True,
            }
        case "WEBP":
            return {"quality": 95, "method": 4}
        case "PNG" | "TIFF":  # the packed kinds of TIFF cannot take along what was said of it
            return {}
        case "HEIF" | "AVIF":
            return {"quality": 90}
    raise ValueError("Pictures of this kind stay as they are.")


def _said(image: Any, tags: bytes, kind: str) -> dict[str, Any]:
    """What it says of itself, as the writers of Pillow take it; how it is turned is no longer said."""
    from PIL.PngImagePlugin import PngInfo

    kept: dict[str, Any] = {name: image.info[name] for name in ("icc_profile", "xmp") if image.info.get(name)}
    if tags:
        kept["exif"] = tags
    if kind == "PNG" and (packet := image.info.get("XML:com.adobe.xmp")):
        kept["pnginfo"] = PngInfo()
        kept["pnginfo"].add_itxt("XML:com.adobe.xmp", packet)
    return kept


def _tags(image: Any) -> bytes:
    """Those of a TIFF also say where its pixels are: of them only those that people and cameras write."""
    from PIL import Image

    tags = image.getexif()
    kept = Image.Exif()
    for number in SAID if image.format == "TIFF" else set(tags) - {0x0112}:
        if number in tags:
            kept[number] = tags.get_ifd(number) if number in DIRECTORIES else tags[number]
    return kept.tobytes() if len(kept) else b""


RECIPES = {"edited": edited}
