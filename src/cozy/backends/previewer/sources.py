"""Anything of which there is a picture, opened upright and no larger than it is needed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from typing import Any

from . import films, pages, raws
from .pixels import Box, of_pillow, refuse_bomb, vips, within

OFFICE_PICTURE = 20_000_000  # bytes of the picture that an office document brings along
OFFICE_NAMES = (
    "Thumbnails/thumbnail.png",
    "docProps/thumbnail.jpeg",
    "docProps/thumbnail.png",
    "docProps/thumbnail.jpg",
)


def opened(path: str, kind: str, box: Box) -> Any:
    """An image of libvips, as large as the box. kind: image, svg, raw, pdf, film, office."""
    return KINDS[kind](path, box)


def _image(path: str, box: Box) -> Any:
    pyvips = vips()
    try:
        refuse_bomb(pyvips.Image.new_from_file(path, access="sequential"))
        return pyvips.Image.thumbnail(path, box.width, **box.fit).copy_memory()
    except pyvips.Error:
        return within(of_pillow(with_pillow(path)), box)


def with_pillow(path: str) -> Any:
    """What libvips cannot read, HEIC before all, upright."""
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener()
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image)


def _svg(path: str, box: Box) -> Any:
    """From memory, so that it can name no file beside it; drawn at the size that is wanted, since it has none."""
    pyvips = vips()
    pyvips.operation_block_set("VipsForeignLoadSvg", False)
    with open(path, "rb") as file:
        drawing = file.read()
    fit = box.fit if box.is_cut else {"height": box.height}
    return pyvips.Image.thumbnail_buffer(drawing, box.width, **fit)


def _raw(path: str, box: Box) -> Any:
    """By the largest JPEG that the camera put into it, turned as the file around it says."""
    jpeg = raws.preview(path)
    side = max(box.width, box.height) * (4 if box.is_cut else 1)  # enough for the box however it is turned
    image = vips().Image.thumbnail_buffer(jpeg.data, side, height=side, size="down")
    return within(_turned(image, jpeg.orientation), box)


def _turned(image: Any, orientation: int) -> Any:
    return {3: image.rot180, 6: image.rot90, 8: image.rot270}.get(orientation, image.copy)()


def _pdf(path: str, box: Box) -> Any:
    return within(of_pillow(pages.first_page(path, box.width, box.height, is_cut=box.is_cut)), box)


def _film(path: str, box: Box) -> Any:
    return within(of_pillow(films.frame(path)), box)


def _office(path: str, box: Box) -> Any:
    """The picture that an office document brings along: LibreOffice and many others put one in."""
    with zipfile.ZipFile(path) as parts:
        names = set(parts.namelist())
        name = next(name for name in OFFICE_NAMES if name in names)
        if parts.getinfo(name).file_size > OFFICE_PICTURE:
            raise ValueError("This picture is too large.")
        data = parts.read(name)
    pyvips = vips()
    refuse_bomb(pyvips.Image.new_from_buffer(data, ""))
    return pyvips.Image.thumbnail_buffer(data, box.width, **box.fit)


KINDS: dict[str, Callable[[str, Box], Any]] = {
    "image": _image, "svg": _svg, "raw": _raw, "pdf": _pdf, "film": _film, "office": _office,
}  # fmt: skip
