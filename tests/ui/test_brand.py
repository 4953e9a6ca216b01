"""A host's own colour can be read, whatever it is, by day and by night."""

import itertools
import re

from cozy.ui import brand

GROUNDS = {"day": ("#ffffff", "#f4f4f0"), "night": ("#111e21", "#091316", "#1c2a2e")}


def test_every_colour_becomes_shades_that_can_be_read():
    parts = ("00", "3f", "7f", "bf", "ff")
    low = {"text": 99.0, "shape": 99.0}
    for colour in itertools.product(parts, repeat=3):
        made = brand.shades("#" + "".join(colour))
        for index, grounds in enumerate(GROUNDS.values()):
            of = {name: shades[index] for name, shades in made.items()}
            text = [
                ("#ffffff", of["brand"]),
                ("#ffffff", of["brand-hover"]),
                (of["brand-ink"], of["brand-soft"]),
            ]
            text += [(of["brand-ink"], ground) for ground in grounds]
            low["text"] = min(low["text"], *(contrast(*pair) for pair in text))
            low["shape"] = min(low["shape"], *(contrast(of["brand"], ground) for ground in grounds[:1]))
    assert low["text"] >= 4.5, low
    assert low["shape"] >= 3, low


def contrast(one, other):
    return brand.contrast(rgb(one), rgb(other))


def rgb(text):
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def test_the_style_sheet_holds_colours_alone():
    said = brand.styles("#7A1F5C")
    assert re.fullmatch(
        r"@layer tokens \{ :root \{ (?:--brand[a-z-]*: light-dark\(#[0-9a-f]{6}, #[0-9a-f]{6}\);)+ \} \}\n.*\n",
        said,
    )
    assert "--" not in brand.styles("")
