"""Draws the app icons from cozy.svg: `python frontend/draw_icons.py`, after the drawing has changed."""

from pathlib import Path

import pyvips

ICONS = Path(__file__).parents[1] / "src/cozy/ui/static/icons"
GROUND = [0xF4, 0xF4, 0xF0, 255]


def draw(name: str, side: int, part: float, ground: bool) -> None:
    """part: how much of the side the house takes; launchers cut a maskable icon to a circle of 80 %."""
    house = pyvips.Image.svgload(str(ICONS / "cozy.svg"), scale=side * part / 40).copy(interpretation="srgb")
    at = (side - house.width) // 2
    canvas = house.embed(at, at, side, side, extend="background", background=[0, 0, 0, 0])
    if ground:
        canvas = (
            (pyvips.Image.black(side, side, bands=4) + GROUND)
            .cast("uchar")
            .copy(interpretation="srgb")
            .composite(canvas, "over")
        )
    canvas.pngsave(str(ICONS / name), strip=True, palette=True)


if __name__ == "__main__":
    draw("cozy-192.png", 192, 1.0, ground=False)
    draw("cozy-512.png", 512, 1.0, ground=False)
    draw("maskable-512.png", 512, 0.66, ground=True)
    draw("apple-180.png", 180, 0.8, ground=True)
