"""Recipes for films."""

from __future__ import annotations

import json

from .pixels import webp

FILMS = {
    "format_whitelist": "mov,matroska,ogg",  # none of the lists that lead to other files (ffconcat, HLS)
    "protocol_whitelist": "file",
}


def poster(path: str, size: int) -> bytes:
    """A picture out of a film, one second in where it lasts that long."""
    import av

    with av.open(path, options=FILMS) as film:
        stream = film.streams.video[0]
        stream.thread_type = "NONE"
        if film.duration and film.duration > 2_000_000:
            film.seek(1_000_000)
        frame = next(film.decode(stream))
        return webp(frame.to_image(), size)


def film_facts(path: str) -> bytes:
    """What a film says of itself: width, height, duration_s, taken_at."""
    import av

    with av.open(path, options=FILMS) as film:
        stream = film.streams.video[0]
        known = {
            "width": stream.width, "height": stream.height,
            "duration_s": round(film.duration / 1_000_000, 3) if film.duration else None,
            "taken_at": film.metadata.get("creation_time") or stream.metadata.get("creation_time"),
        }  # fmt: skip
    return json.dumps({name: value for name, value in known.items() if value}).encode()


RECIPES = {"poster": poster, "film_facts": film_facts}
