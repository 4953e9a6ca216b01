"""Colours of calendars. Devices may send any; on pages each is told apart by the nearest of ours, which reads well in both lights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from cozy.ui import N_

COLORS: Mapping[str, tuple[str, str]] = {
    "teal": ("#00848f", N_("Blue-green")),
    "blue": ("#1d6fd8", N_("Blue")),
    "indigo": ("#4f46c8", N_("Indigo")),
    "purple": ("#8a3fc4", N_("Purple")),
    "pink": ("#c8327d", N_("Pink")),
    "red": ("#cc3a2b", N_("Red")),
    "orange": ("#d9731a", N_("Orange")),
    "yellow": ("#c79a00", N_("Yellow")),
    "green": ("#2f8f4e", N_("Green")),
    "grey": ("#6b7780", N_("Grey")),
}
DEFAULT = "teal"
_HEX = re.compile(r"#([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?")


@cache
def nearest(color: str) -> str:
    """The name of ours that looks most like `#rrggbb`; the usual one for what is no colour."""
    found = _HEX.fullmatch(color.strip())
    if not found:
        return DEFAULT
    wanted = _lab(found[1])
    return min(
        COLORS,
        key=lambda name: sum((a - b) ** 2 for a, b in zip(wanted, _lab(COLORS[name][0][1:]), strict=True)),
    )


def _lab(digits: str) -> tuple[float, float, float]:
    """Lightness counts little, hue and strength much: a pale blue is a blue (Oklab, B. Ottosson)."""
    red, green, blue = (_linear(int(digits[n : n + 2], 16) / 255) for n in (0, 2, 4))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    return (
        0.3 * light,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
