"""Films: a picture out of them, and what they say of themselves."""

from __future__ import annotations

import json
import re
from typing import Any

FILMS = {
    # None of the lists that lead to other files (ffconcat, HLS).
    "format_whitelist": "mov,matroska,ogg,avi,mpegts,mpeg",
    "protocol_whitelist": "file",
}
APPLE = "com.apple.quicktime."
_PLACE = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")  # ISO 6709, in degrees


def frame(path: str) -> Any:
    """A Pillow image out of a film, upright, one second in where it lasts that long."""
    import av

    with av.open(path, options=FILMS) as film:
        stream = film.streams.video[0]
        stream.thread_type = "NONE"
        if film.duration and film.duration > 2_000_000:
            film.seek(1_000_000)
        found = next(film.decode(stream))
        image = found.to_image()
        return image.rotate(found.rotation, expand=True) if found.rotation else image


def film_facts(path: str) -> bytes:
    """What a film says of itself: width and height as it is shown, duration_s, when and where it was taken, with what."""
    import av

    with av.open(path, options=FILMS) as film:
        stream = film.streams.video[0]
        said = {**stream.metadata, **film.metadata}
        sides = (stream.width, stream.height)
        if _is_turned(film, stream):
            sides = sides[::-1]
        known = {
            "width": sides[0], "height": sides[1],
            "duration_s": round(film.duration / 1_000_000, 3) if film.duration else None,
            "taken_at": said.get(f"{APPLE}creationdate") or said.get("creation_time"),
            "live": said.get(f"{APPLE}content.identifier"),
            "camera": _camera(said), "title": said.get("title"), **_place(said),
        }  # fmt: skip
    return json.dumps({name: value for name, value in known.items() if value}).encode()


def _is_turned(film: Any, stream: Any) -> bool:
    """Whether it is shown turned by a quarter, as what phones film upright."""
    stream.thread_type = "NONE"
    found = next(film.decode(stream), None)
    return found is not None and found.rotation % 180 == 90


def _camera(said: dict[str, str]) -> dict[str, str]:
    make, model = said.get(f"{APPLE}make", said.get("make")), said.get(f"{APPLE}model", said.get("model"))
    return {name: text for name, text in (("make", make), ("model", model)) if text}


def _place(said: dict[str, str]) -> dict[str, float]:
    found = _PLACE.match(said.get(f"{APPLE}location.ISO6709") or said.get("location") or "")
    if not found or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return {}
    height = {"alt": float(found[3])} if found[3] else {}
    return {"lat": float(found[1]), "long": float(found[2]), **height}


RECIPES = {"film_facts": film_facts}
