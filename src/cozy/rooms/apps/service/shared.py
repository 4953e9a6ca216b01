"""Files that apps expect on the home's own origin, and the tags that ask for them (cozy-stack docs/assets.md).

frontend/apps.mjs makes them, from npm packages and from drawings of ours; git holds none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

from ..model import File
from .templates import Html, Value

BASE = "/assets/"
DIST = Path(__file__).parent.parent / "static" / "dist"
_HASH = re.compile(r"\.([0-9a-f]{10,})(?=\.)")
_SUFFIXES = {"": "", "gzip": ".gz", "br": ".br"}


class _Built(Struct, frozen=True):
    """What is known of a built file."""

    tag: str
    encodings: tuple[str, ...]  # the forms that there are of it


def file(path: str) -> tuple[File, bool] | None:
    """The file served as /assets/<path>, and whether that name holds its hash, so that it may be kept for ever."""
    folder, _, base = path.rpartition("/")
    asked = _HASH.search(base)
    plain = f"{folder}/{_HASH.sub('', base, count=1)}".lstrip("/")
    known = _built().get(plain)
    if known is None:
        return None
    return _file(plain, known), asked is not None and known.tag.startswith(asked[1])


def tags(host: str) -> dict[str, Value]:
    """The variables that are markup, or an address, of these files. host: of the home, with its port."""
    fonts = _styles(host, "fonts/fonts.css")
    icon, touch, ico = (_address(host, name) for name in ("icon.svg", "apple-touch-icon.png", "favicon.ico"))
    return {
        "CozyFonts": Html(fonts),
        "ThemeCSS": Html(_styles(host, "styles/theme.css")),  # of the home's context
        "CozyBar": Html(
            f"{fonts}\n{_styles(host, 'css/cozy-bar.min.css')}\n{_script(host, 'js/cozy-bar.min.js')}"
        ),
        "CozyClientJS": Html(_script(host, "js/cozy-client.min.js")),
        "Favicon": Html(
            f'<link rel="icon" href="{ico}">\n<link rel="icon" href="{icon}" type="image/svg+xml" sizes="any">\n'
            f'<link rel="apple-touch-icon" sizes="180x180" href="{touch}">'
        ),
        "DefaultWallpaper": _address(host, "images/default-wallpaper.svg"),
    }


def _styles(host: str, name: str) -> str:
    return f'<link rel="stylesheet" type="text/css" href="{_address(host, name)}">'


def _script(host: str, name: str) -> str:
    return f'<script src="{_address(host, name)}"></script>'


def _address(host: str, name: str) -> str:
    """`//alice.example.org/assets/fonts/fonts.0123456789.css`, with the hash of what is there now."""
    known = _built().get(name)
    folder, _, base = name.rpartition("/")
    stem, dot, rest = base.partition(".")
    named = f"{stem}.{known.tag}{dot}{rest}" if known else base
    return f"//{host}{BASE}{f'{folder}/' if folder else ''}{named}"


def _built() -> Mapping[str, _Built]:
    """What was built, by name; nothing when it was not."""
    path = DIST / "manifest.json"
    return _manifest(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=1)
def _manifest(path: Path, _changed_ns: int) -> Mapping[str, _Built]:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, _Built])


def _file(name: str, known: _Built) -> File:
    forms = {kind: (DIST / f"{name}{_SUFFIXES[kind]}").read_bytes for kind in ("", *known.encodings)}
    return File(name.rpartition("/")[2], known.tag, forms)
