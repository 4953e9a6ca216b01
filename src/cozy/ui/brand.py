"""A host's colour in place of ours: shades of it that can be read on every ground, by day and by night.

Each keeps the lightness of the token that it stands for (frontend/css/tokens.css) as far as its contrast allows, so no colour
can be chosen that cannot be read (WCAG 2.2 §1.4.3, §1.4.11). OKLCH as CSS Color 4 §9 has it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

from msgspec import Struct

Rgb = tuple[float, float, float]
WHITE: Rgb = (1.0, 1.0, 1.0)
DAY: tuple[Rgb, ...] = (WHITE, (0.957, 0.957, 0.941))  # surface and canvas
NIGHT: tuple[Rgb, ...] = ((0.067, 0.118, 0.129), (0.035, 0.075, 0.086), (0.11, 0.165, 0.18))  # and raised
TEXT, SHAPE = 4.6, 3.05  # a little above what is asked for, as colours are rounded
_STEP = 0.005


class Brand(Struct, frozen=True):
    """How the host looks. styles, logo: addresses, "" for ours."""

    name: str = "Cozy"
    styles: str = ""
    logo: str = ""
    help: str = ""


@cache
def styles(colour: str) -> str:
    """A style sheet that puts shades of a colour, `#7a1f5c`, in place of our own; "" as well as the size of a logo."""
    said = (
        "".join(f"--{name}: light-dark({day}, {night});" for name, (day, night) in shades(colour).items())
        if colour
        else ""
    )
    size = (
        ".brand img { block-size: 2.25rem; inline-size: auto; max-inline-size: 10rem; object-fit: contain; }"
    )
    return f"@layer tokens {{ :root {{ {said} }} }}\n@layer components {{ {size} }}\n"


def shades(colour: str) -> dict[str, tuple[str, str]]:
    """What each token becomes, by day and by night."""
    chroma, hue = _chroma_and_hue(_rgb(colour))
    vivid, quiet = min(chroma, 0.13), min(chroma * 0.3, 0.04)
    soft_day, soft_night = _shade(0.944, quiet, hue), _shade(0.31, quiet, hue)
    brand_day = _until(0.44, vivid, hue, -1, ((WHITE, TEXT),))
    brand_night = _between(0.55, vivid, hue)
    return {
        "brand": (_hex(brand_day), _hex(brand_night)),
        "brand-hover": (
            _hex(_until(0.38, vivid, hue, -1, ((WHITE, TEXT),))),
            _hex(_until(0.5, vivid, hue, -1, ((WHITE, TEXT),))),
        ),
        "brand-soft": (_hex(soft_day), _hex(soft_night)),
        "brand-ink": (
            _hex(_until(0.38, vivid, hue, -1, _each((*DAY, soft_day), TEXT))),
            _hex(_until(0.87, min(vivid, 0.09), hue, 1, _each((*NIGHT, soft_night), TEXT))),
        ),
    }


def _each(grounds: Iterable[Rgb], least: float) -> tuple[tuple[Rgb, float], ...]:
    return tuple((ground, least) for ground in grounds)


def _between(lightness: float, chroma: float, hue: float) -> Rgb:
    """By night: white can be read on it, and it stands out from what is around."""
    darker = _until(lightness, chroma, hue, -1, ((WHITE, TEXT),))
    return (
        darker if contrast(darker, NIGHT[0]) >= SHAPE else _until(0.4, chroma, hue, 1, ((NIGHT[0], SHAPE),))
    )


def _until(
    lightness: float, chroma: float, hue: float, way: int, asked: tuple[tuple[Rgb, float], ...]
) -> Rgb:
    """The first shade in this direction that has the contrast asked for."""
    while True:
        shade = _shade(lightness, chroma, hue)
        if all(contrast(shade, ground) >= least for ground, least in asked) or not 0 < lightness < 1:
            return shade
        lightness += way * _STEP


def _shade(lightness: float, chroma: float, hue: float) -> Rgb:
    """A colour that screens can show: as much of the chroma as there is room for."""
    while True:
        linear = _linear(lightness, chroma, hue)
        if chroma <= 0 or all(-0.0001 <= part <= 1.0001 for part in linear):
            return _rounded(linear)
        chroma = max(0.0, chroma - _STEP)


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_to_linear(part) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _from_linear(part: float) -> float:
    clipped = min(1.0, max(0.0, part))
    return clipped * 12.92 if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055


def _rounded(linear: Rgb) -> Rgb:
    red, green, blue = (round(_from_linear(part) * 255) / 255 for part in linear)
    return red, green, blue


def _linear(lightness: float, chroma: float, hue: float) -> Rgb:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _chroma_and_hue(colour: Rgb) -> tuple[float, float]:
    red, green, blue = (_to_linear(part) for part in colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return math.hypot(a, b), math.atan2(b, a)


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)
