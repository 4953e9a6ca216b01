"""Recipes for small pictures, of anything that there is a picture of."""

from __future__ import annotations

import json

from .likeness import likeness
from .pixels import Box, within, written
from .sources import opened


def thumbnail(path: str, size: int, kind: str = "image") -> bytes:
    """A picture no larger than `size` pixels on a side, upright, as WebP that may be seen through."""
    return written(opened(path, kind, Box(size, size)), "webp", see_through=True)


def picture(path: str, width: int, height: int, crop: int, kind: str = "image", form: str = "jpeg") -> bytes:
    """A picture within a width and height, or cut to fill them, upright, on white. form: jpeg, webp, avif."""
    return written(opened(path, kind, Box(width, height, bool(crop))), form)


def pictures(path: str, looks: str, kind: str = "image") -> bytes:
    """Several such pictures of one opening, and what it looks like.

    looks: a JSON list of [width, height, crop, form]. The answer is a line of JSON, `likeness` (see there) and `sizes` in
    bytes, and the pictures one after the other.
    """
    boxes = [(Box(width, height, bool(crop)), form) for width, height, crop, form in json.loads(looks)]
    most = Box(max(box.width for box, _ in boxes), max(box.height for box, _ in boxes))
    base = opened(path, kind, most).copy_memory()
    drawn = []
    for box, form in boxes:
        is_enough = not box.is_cut or min(base.width, base.height) >= max(box.width, box.height)
        drawn.append(written(within(base, box) if is_enough else opened(path, kind, box), form))
    said = {"likeness": likeness(base), "sizes": [len(data) for data in drawn]}
    return json.dumps(said).encode() + b"\n" + b"".join(drawn)


RECIPES = {"thumbnail": thumbnail, "picture": picture, "pictures": pictures}
