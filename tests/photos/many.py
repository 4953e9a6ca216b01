"""A life in photos, made here: `script/many-photos N FOLDER` writes N of them, with what cameras say, and some hundreds of odd ones."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import pyvips
from msgspec import Struct, structs
from PIL import Image

from tests.photos import odd

FIRST, LAST = datetime(2008, 5, 1, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)
LONG_SIDE = 640  # pixels, where nothing else is asked for
COARSE = 4  # scenes are painted so many times smaller: what counts is that each is another one
# Where people live and travel: latitude, longitude, hours ahead of UTC in winter.
PLACES = (
    (48.853, 2.349, 1), (48.853, 2.349, 1), (48.853, 2.349, 1), (45.764, 4.836, 1), (48.726, -3.982, 1), (47.218, -1.553, 1),
    (43.296, 5.37, 1), (43.604, 1.444, 1), (44.837, -0.579, 1), (48.573, 7.752, 1), (50.629, 3.057, 1), (41.385, 2.173, 1),
    (40.416, -3.703, 1), (38.722, -9.139, 0), (51.507, -0.127, 0), (53.349, -6.26, 0), (52.52, 13.405, 1), (41.902, 12.496, 1),
    (45.44, 12.315, 1), (37.983, 23.727, 2), (41.008, 28.978, 3), (59.329, 18.068, 1), (64.146, -21.942, 0), (31.629, -7.981, 1),
    (40.712, -74.006, -5), (45.501, -73.567, -5), (37.774, -122.419, -8), (19.432, -99.133, -6), (-22.906, -43.172, -3),
    (-33.868, 151.209, 10), (35.689, 139.691, 9), (35.011, 135.768, 9), (13.756, 100.501, 7), (-36.848, 174.763, 12), (64.963, -19.02, 0),
)  # fmt: skip
CAMERAS = (
    ("Canon", "Canon PowerShot A540", "", 2008, 2012), ("NIKON CORPORATION", "NIKON D90", "AF-S DX 18-105mm f/3.5-5.6G", 2010, 2017),
    ("Apple", "iPhone 5", "iPhone 5 back camera 4.12mm f/2.4", 2012, 2016), ("Apple", "iPhone 8", "iPhone 8 back camera 3.99mm f/1.8", 2017, 2021),
    ("Apple", "iPhone 13", "iPhone 13 back dual wide camera 5.1mm f/1.6", 2021, 2027), ("Google", "Pixel 7", "", 2022, 2027),
    ("FUJIFILM", "X-T3", "XF35mmF1.4 R", 2018, 2027),
)  # fmt: skip
SHAPES = ((4, 3), (4, 3), (4, 3), (3, 2), (3, 2), (16, 9), (1, 1), (3, 4), (3, 4), (9, 16), (5, 2))


class Shot(Struct, frozen=True):
    """One photo that is to be made. seed: what it shows; turn: EXIF's orientation."""

    name: str
    at: datetime
    offset_h: int
    place: tuple[float, float] | None
    camera: tuple[str, str, str]
    shape: tuple[int, int]
    seed: int
    turn: int = 1


def shots(count: int, seed: int = 5) -> Iterator[Shot]:
    """What somebody photographs in eighteen years: days at home, journeys, feasts, bursts."""
    chance = random.Random(seed)
    for number, shot in enumerate(islice(_life(chance), count)):
        yield structs.replace(shot, name=f"{shot.name}_{number:05}.jpg")


def _life(chance: random.Random) -> Iterator[Shot]:
    while True:
        start = FIRST + (LAST - FIRST) * chance.random() ** 0.7  # more of late
        days = chance.choice((1, 1, 1, 1, 2, 3, 7, 10))
        lat, long, offset = chance.choice(PLACES[:6] if days < 3 else PLACES)
        owned = [
            (make, model, lens) for make, model, lens, since, until in CAMERAS if since <= start.year < until
        ]
        for day in range(days):
            moment = (start + timedelta(days=day)).replace(hour=8, minute=chance.randrange(60))
            for _ in range(chance.randrange(2, 22)):
                moment += timedelta(minutes=chance.expovariate(1 / 25))
                camera = chance.choice(owned)
                place = (
                    (lat + chance.gauss(0, 0.03), long + chance.gauss(0, 0.04))
                    if chance.random() < 0.75
                    else None
                )
                turn = 6 if chance.random() < 0.12 else 1
                shape = (4, 3) if turn == 6 else chance.choice(SHAPES)
                for _ in range(5 if chance.random() < 0.02 else 1):
                    moment += timedelta(seconds=1)
                    yield Shot("IMG", moment, offset, place, camera, shape, chance.randrange(1 << 48), turn)


def picture(shot: Shot, long_side: int = LONG_SIDE) -> bytes:
    """It as JPEG, with EXIF."""
    data = scene(shot.seed, *_sides(shot.shape, long_side))
    said = exif(shot)
    return data[:2] + b"\xff\xe1" + (len(said) + 2).to_bytes(2, "big") + said + data[2:]


def _sides(shape: tuple[int, int], long_side: int) -> tuple[int, int]:
    scale = long_side / max(shape)
    return round(shape[0] * scale), round(shape[1] * scale)


def scene(seed: int, width: int, height: int) -> bytes:
    """A landscape as nobody has seen it before, as JPEG without tags: sky, sun, hills, and light as it falls."""
    chance = random.Random(seed)
    wide, high = max(8, width // COARSE), max(8, height // COARSE)
    x, y = (
        axis / side for axis, side in zip(pyvips.Image.xyz(wide, high).bandsplit(), (wide, high), strict=True)
    )
    hue, line, tide = chance.random(), chance.uniform(0.35, 0.75), chance.uniform(2, 9)
    sky = (y * 0 + hue).bandjoin([y * -0.35 + 0.6, y * 0.25 + 0.72])
    sun = ((x - chance.random()) * (width / height)) ** 2 + (y - line * chance.random()) ** 2
    image = (sun < chance.uniform(0.003, 0.02)).ifthenelse([0.12, 0.35, 1.0], sky)
    for n, dark in enumerate((0.55, 0.38, 0.25)):
        wave = ((x * (tide + n * 3) + chance.random() * 6) * 57.3).sin() * 0.05 + line + n * 0.11
        image = (y > wave).ifthenelse([(hue + 0.07 * (n + 1)) % 1, 0.55, dark], image)
    coloured = (image * 255).cast("uchar").copy(interpretation="hsv").colourspace("srgb")
    light = pyvips.Image.new_from_memory(chance.randbytes(8 * 6 * 3), 8, 6, 3, "uchar").resize(
        wide / 8, vscale=high / 6
    )
    lit = (coloured * 0.72 + light.crop(0, 0, wide, high) * 0.28).cast("uchar")
    return bytes(lit.resize(width / wide, vscale=height / high, kernel="linear").jpegsave_buffer(Q=82))


def exif(shot: Shot) -> bytes:
    """What the camera says, as the content of an APP1 segment (EXIF 3.0)."""
    chance = random.Random(shot.seed)
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x0112] = shot.camera[0], shot.camera[1], shot.turn
    local = shot.at + timedelta(hours=shot.offset_h)
    own = tags.get_ifd(0x8769)
    own[0x9003] = local.strftime("%Y:%m:%d %H:%M:%S")
    if shot.at.year > 2016:
        own[0x9011] = f"{'-' if shot.offset_h < 0 else '+'}{abs(shot.offset_h):02}:00"
    own[0x829A], own[0x829D] = (
        1 / chance.choice((30, 60, 125, 250, 500, 1000)),
        chance.choice((1.8, 2.4, 2.8, 4.0, 5.6, 8.0)),
    )
    own[0x8827], own[0x920A] = (
        chance.choice((50, 100, 200, 400, 1600)),
        chance.choice((4.2, 18.0, 35.0, 50.0, 105.0)),
    )
    if shot.camera[2]:
        own[0xA434] = shot.camera[2]
    if shot.place:
        place = tags.get_ifd(0x8825)
        lat, long = shot.place
        place[1], place[2] = "S" if lat < 0 else "N", _sexagesimal(abs(lat))
        place[3], place[4] = "W" if long < 0 else "E", _sexagesimal(abs(long))
    return tags.tobytes()


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 2)


def write(folder: Path, count: int, long_side: int = LONG_SIDE) -> None:
    """Put them into a folder for each year; every hundredth is there twice, every other hundredth in a smaller size too."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for number, (shot, data) in enumerate(
            pool.map(partial(_made, long_side), shots(count), chunksize=50)
        ):
            inside = folder / str(shot.at.year)
            inside.mkdir(parents=True, exist_ok=True)
            (inside / shot.name).write_bytes(data)
            if number % 100 == 7:
                (inside / f"copy of {shot.name}").write_bytes(data)
            if number % 100 == 57:
                small = pyvips.Image.thumbnail_buffer(data, 400).jpegsave_buffer(Q=70)
                (inside / f"small {shot.name}").write_bytes(bytes(small))
    strange = folder / "Odd"
    strange.mkdir(parents=True, exist_ok=True)
    for name, data in odd.files():
        (strange / name).write_bytes(data)


def _made(long_side: int, shot: Shot) -> tuple[Shot, bytes]:
    return shot, picture(shot, long_side)


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]), int(os.environ.get("PIXELS") or LONG_SIDE))
