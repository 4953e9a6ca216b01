"""What pictures say of themselves."""

from __future__ import annotations

import json
from typing import Any


def facts(path: str) -> bytes:
    """What a picture says of itself: width, height, orientation, taken_at, offset, lat, long. Nothing is unpacked."""
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as image:
        width, height = image.size
        known = {"width": width, "height": height, **_exif(image)}
    return json.dumps({name: value for name, value in known.items() if value is not None}).encode()


def _exif(image: Any) -> dict[str, Any]:
    """Tags by number: EXIF 3.0 §4.6. A picture whose tags cannot be read has none."""
    if "exif" not in image.info and image.format != "TIFF":
        return {}  # else Pillow unpacks a whole PNG to look behind its pixels
    try:
        tags = image.getexif()
        own, place = tags.get_ifd(0x8769), tags.get_ifd(0x8825)
        taken = ((own, 0x9003, 0x9011), (own, 0x9004, 0x9012), (tags, 0x0132, 0x9010))
        taken_at, offset = next(
            ((_word(of, at), _word(of, zone)) for of, at, zone in taken if _word(of, at)), (None, None)
        )
        lat, long = _degrees(place, 1, 2, "S"), _degrees(place, 3, 4, "W")
        orientation = tags.get(0x0112)
    except Exception:
        return {}
    where = {"lat": lat, "long": long} if lat is not None and long is not None else {}
    return {
        "taken_at": taken_at, "offset": offset, **where,
        "orientation": orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else None,
    }  # fmt: skip


def _word(tags: Any, number: int) -> str | None:
    value = tags.get(number)
    return value.strip("\0 ") or None if isinstance(value, str) else None


def _degrees(place: Any, side: int, number: int, negative: str) -> float | None:
    """Degrees, minutes and seconds as a number; none when they are not on this planet."""
    try:
        degrees, minutes, seconds = (float(part) for part in place[number])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not value <= 180:  # nor is what is no number
        return None
    return round(-value if place.get(side) == negative else value, 7)


RECIPES = {"facts": facts}
