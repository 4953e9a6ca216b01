"""Portraits of somebody who has none: initials on a colour, or the shape of a person; as SVG or PNG."""

import base64
import io
from functools import lru_cache
from html import escape
from typing import Any

from msgspec import Struct

from cozy.ui import assets

# White letters stand out on each by more than 4.5 to 1 (WCAG 1.4.3).
COLOURS = (
    "#005f68", "#9a3412", "#1d4ed8", "#6d28d9", "#be185d", "#15692e", "#7c4a03", "#0e5fa8", "#a21caf", "#4d5b00",
    "#b91c1c", "#44403c",
)  # fmt: skip
GREY = "#57606a"
SIZE = 128  # pixels of a PNG; SVG has none
_PERSON = "M64 66c12.2 0 22-9.8 22-22s-9.8-22-22-22-22 9.8-22 22 9.8 22 22 22zm0 10c-16 0-40 8-40 23v7h80v-7c0-15-24-23-40-23z"


class Face(Struct, frozen=True):
    """What stands for somebody on a page: their photo, else their initials on a colour; "" for none: the shape of a person."""

    initials: str
    tint: int  # which of COLOURS
    photo: str = ""  # an address


def face(name: str, photo: str = "") -> Face:
    """The face of somebody of that name."""
    return Face(initials(name), sum(name.encode()) % len(COLOURS), photo)


def initials(name: str) -> str:
    """The first letters of the first and the last word, in capitals; "" for a name without letters."""
    letters = [word[0] for word in name.split() if word[0].isalpha()]
    return "".join([letters[0], letters[-1]] if len(letters) > 1 else letters).upper()


def svg(name: str, *, is_grey: bool = False, is_faint: bool = False, has_font: bool = False) -> bytes:
    """A drawing. is_grey: nobody knows yet whether it is them; has_font: looks the same everywhere, and is larger."""
    letters = initials(name)
    font = _embedded_font() if has_font and letters else ""
    inside = (
        f'<text x="64" y="64" fill="#fff" font-family="Figtree, Lato, sans-serif" font-size="56" font-weight="600" '
        f'text-anchor="middle" dominant-baseline="central">{escape(letters)}</text>'
        if letters
        else f'<path fill="#fff" d="{_PERSON}"/>'
    )
    faint = ' opacity="0.5"' if is_faint else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128" width="128" height="128">{font}'
        f'<g{faint}><circle cx="64" cy="64" r="64" fill="{_colour(name, is_grey)}"/>{inside}</g></svg>'
    ).encode()


@lru_cache(maxsize=256)
def png(name: str, *, is_grey: bool = False, is_faint: bool = False) -> bytes:
    """A picture of SIZE by SIZE pixels."""
    from PIL import Image, ImageDraw

    large = SIZE * 4  # drawn large, then made small: smooth edges
    picture = Image.new("RGBA", (large, large))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((0, 0, large - 1, large - 1), fill=_colour(name, is_grey))
    letters = initials(name)
    font = _font(large * 56 // 128)
    if letters and font is not None and _knows(font, letters):
        draw.text((large // 2, large // 2), letters, font=font, anchor="mm", fill="white")
    else:
        _draw_person(draw, large / 128)
    small = picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    if is_faint:
        small.putalpha(small.getchannel("A").point([level // 2 for level in range(256)]))
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _colour(name: str, is_grey: bool) -> str:
    return GREY if is_grey else COLOURS[sum(name.encode()) % len(COLOURS)]


def _draw_person(draw: Any, scale: float) -> None:
    def box(*edges: float) -> list[float]:
        return [edge * scale for edge in edges]

    draw.ellipse(box(42, 22, 86, 66), fill="white")
    draw.pieslice(box(24, 76, 104, 136), 180, 360, fill="white")


def _font(size: int) -> Any:
    """The font of our pages, half bold; None when it was not built."""
    from PIL import ImageFont

    found = assets.asset(assets.built().get("font", ""))
    if found is None:
        return None
    font = ImageFont.truetype(found.path, size)
    font.set_variation_by_axes([600])
    return font


def _knows(font: Any, letters: str) -> bool:
    """Whether the font has these letters, rather than the box that stands for all others."""
    unknown = bytes(font.getmask("\uffff"))
    return all(bytes(font.getmask(letter)) != unknown for letter in letters)


@lru_cache(maxsize=1)
def _embedded_font() -> str:
    found = assets.asset(assets.built().get("font", ""))
    if found is None:
        return ""
    data = base64.b64encode(found.path.read_bytes()).decode()
    return f"<style>@font-face{{font-family:Figtree;font-weight:300 900;src:url(data:font/woff2;base64,{data})}}</style>"
