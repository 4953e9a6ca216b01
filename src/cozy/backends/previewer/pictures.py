"""Recipes for pictures."""

from __future__ import annotations

from typing import Any

from .pixels import jpeg, webp

SOURCE_PIXELS = 250_000_000  # most of a picture that is opened at all


def thumbnail(path: str, size: int) -> bytes:
    """A picture no larger than `size` pixels on a side, upright, as WebP."""
    import pyvips

    pyvips.block_untrusted_set(True)
    try:
        _refuse_bomb(pyvips.Image.new_from_file(path, access="sequential"))
        image = pyvips.Image.thumbnail(path, size, height=size, size="down")
    except pyvips.Error:
        return webp(_with_pillow(path), size)
    drawn: bytes = image.colourspace("srgb").webpsave_buffer(Q=78, effort=2, keep=pyvips.ForeignKeep.NONE)
    return drawn


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
        return jpeg(_with_pillow(path), width, height, crop)
    return drawn


def _refuse_bomb(image: Any) -> None:
    """Look at the head of a picture before anything is unpacked."""
    if image.width * image.height > SOURCE_PIXELS:
        raise ValueError("This picture has too many pixels.")


def _with_pillow(path: str) -> Any:
    """What libvips cannot read, which is HEIC, upright."""
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener()
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image)


RECIPES = {"thumbnail": thumbnail, "picture": picture}
