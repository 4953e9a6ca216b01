"""What recipes share about pixels: a Pillow image made smaller, and written down."""

from __future__ import annotations

import io
from typing import Any


def webp(image: Any, size: int) -> bytes:
    """No larger than `size` on a side, as WebP."""
    image = image.convert("RGBA" if "A" in image.mode else "RGB")
    image.thumbnail((size, size))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=78, method=2)
    return out.getvalue()


def jpeg(image: Any, width: int, height: int, crop: int) -> bytes:
    """Within a width and height, or cut to fill them, as JPEG on white."""
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
