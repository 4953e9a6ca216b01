"""What a picture looks like, in few digits: two pictures that look alike differ in few of them, whatever their size and quality."""

from __future__ import annotations

from typing import Any

from .pixels import on_paper

CELLS = 9  # on a side, so that there are eight steps
LEAST_RANGE = 8  # of 256 shades; what differs less is plain, and like everything plain


def likeness(image: Any) -> str:
    """64 bits that say where it gets lighter to the right (dHash), 64 where it gets lighter downwards, and the colour of
    each quarter; all in hexadecimal. "" for what is plain.
    """
    image = on_paper(image)
    shades = _shrunk(image.colourspace("b-w"), CELLS)
    if max(shades) - min(shades) < LEAST_RANGE:
        return ""
    cells = [row * CELLS + column for row in range(CELLS - 1) for column in range(CELLS - 1)]
    bits = [shades[at] < shades[at + 1] for at in cells] + [shades[at] < shades[at + CELLS] for at in cells]
    return f"{int(''.join('01'[bit] for bit in bits), 2):032x}{_shrunk(image, 2).hex()}"


def _shrunk(image: Any, side: int) -> bytes:
    return bytes(image.thumbnail_image(side, height=side, size="force").cast("uchar").write_to_memory())
