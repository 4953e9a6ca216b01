"""Photos as cameras make them, a few pixels large."""

import io
from typing import Any

import pillow_heif
from PIL import Image


def photo(
    taken: str = "", *, offset: str = "", place: bool = False, orientation: int = 0, size: tuple[int, int] = (60, 40),
    kind: str = "JPEG", colour: str = "teal",
) -> bytes:  # fmt: skip
    """A picture with what a camera says of it. taken: `2016:09:18 20:38:04`."""
    exif = Image.Exif()
    own: dict[int, Any] = {}
    if taken:
        own[0x9003] = taken
    if offset:
        own[0x9011] = offset
    if own:
        exif[0x8769] = own
    if place:
        exif[0x8825] = {1: "N", 2: (48.0, 43.0, 30.0), 3: "W", 4: (3.0, 59.0, 6.0)}
    if orientation:
        exif[0x0112] = orientation
    image, out = Image.new("RGB", size, colour), io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out, exif=exif.tobytes())
    else:
        image.save(out, kind, exif=exif)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """A picture that came out."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
