"""The colours of tokens.css can be read, by day and by night (WCAG 2.2, 1.4.3 and 1.4.11)."""

import math
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "frontend/css/tokens.css"
COLOUR = re.compile(
    r"--([\w-]+):\s*light-dark\(\s*oklch\(([^)/]+)\)\s*,\s*oklch\(([^)/]+)\)\s*\)",
)
READ = [  # text, ground, least ratio
    *[("ink", ground, 7) for ground in ("canvas", "surface", "raised", "sunken", "brand-soft")],
    *[("ink-2", ground, 4.5) for ground in ("canvas", "surface", "raised", "sunken", "brand-soft")],
    *[("brand-ink", ground, 4.5) for ground in ("canvas", "surface", "brand-soft")],
    ("on-brand", "brand", 4.5),
    ("on-brand", "brand-hover", 4.5),
    ("lamp-ink", "lamp-soft", 4.5),
    ("on-lamp", "lamp", 4.5),
    ("on-danger", "danger", 4.5),
    *[(name, ground, 4.5) for name in ("danger", "ok", "warn") for ground in ("surface", f"{name}-soft")],
    *[(name, ground, 3) for name in ("control", "brand") for ground in ("surface", "canvas")],
    *[("focus", ground, 3) for ground in ("surface", "canvas", "raised", "brand-soft")],
    *[(f"k-{kind}", "surface", 3) for kind in ("folder", "pdf", "doc", "sheet", "slide", "media", "code")],
]


def luminance(oklch: str) -> float:
    """Relative luminance (WCAG) of a colour given as "L% C h" (CSS Color 4, §9.2)."""
    lightness, chroma, hue = (float(part.rstrip("%")) / (100 if "%" in part else 1) for part in oklch.split())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short
    return sum(
        part * min(1, max(0, light)) for part, light in ((0.2126, red), (0.7152, green), (0.0722, blue))
    )


COLOURS = {
    name: (luminance(light), luminance(dark)) for name, light, dark in COLOUR.findall(TOKENS.read_text())
}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), READ, ids=str)
def test_a_colour_stands_out_from_its_ground(text, ground, least, theme):
    lighter, darker = sorted((COLOURS[text][theme], COLOURS[ground][theme]), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= least
