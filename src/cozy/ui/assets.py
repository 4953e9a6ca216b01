"""The built browser files (hatch_build.py makes them): their addresses, and what a door needs to send them."""

import gzip
import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from cozy.ui.words import words

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"
ICONS = STATIC / "icons"
TOWNS = DIST / "towns.tsv"  # for the program, not for browsers
BASE = "/my/assets/"
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_PACKED = frozenset(MEDIA_TYPES[kind] for kind in (".js", ".css", ".svg", ".txt"))
APP_ICONS = (
    ("cozy-192.png", "192x192", "any"),
    ("cozy-512.png", "512x512", "any"),
    ("maskable-512.png", "512x512", "maskable"),
)


class Asset(Struct, frozen=True):
    """A file to send. immutable: its name changes with its content, so it may be kept for ever."""

    path: Path
    media_type: str
    immutable: bool


def asset(name: str) -> Asset | None:
    """The file served as /my/assets/<name>, or None. Never anything but a built file or an app icon."""
    for folder in (DIST, ICONS):
        path = folder / name
        if "/" not in name and "\0" not in name and path.suffix in MEDIA_TYPES and path.is_file():
            return Asset(path, MEDIA_TYPES[path.suffix], folder == DIST)
    return None


@lru_cache(maxsize=256)
def packed(name: str) -> bytes | None:
    """A built file as gzip; None where that is no shorter, and for what may change under its name."""
    found = asset(name)
    if found is None or not found.immutable or found.media_type not in _PACKED:
        return None
    raw = found.path.read_bytes()
    small = gzip.compress(raw, 9, mtime=0)
    return small if len(small) < len(raw) else None


def url(source: str) -> str:
    """Where browsers find the built form of a source file ("app.js", "css/index.css", "icons.svg", "font")."""
    return BASE + built().get(source, source)


def version() -> str:
    """Changes when any built file changes; sent as X-Assets, so that open pages load anew."""
    return built().get("version", "")


def first_scripts() -> list[str]:
    """The built names of the script that every page loads and of what it imports at once."""
    return json.loads(built().get("first", "[]"))


def js_words() -> list[list[str]]:
    """The msgids that scripts say: [message] or [one, many]."""
    return json.loads(built().get("words", "[]"))


def built() -> dict[str, str]:
    """Source names to built names; empty when the assets were not built."""
    path = DIST / "manifest.json"
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=1)
def _read(path: Path, _changed_ns: int) -> dict[str, str]:
    raw = path.read_bytes()
    return {**json.loads(raw), "version": sha256(raw).hexdigest()[:12]}


def service_worker() -> bytes:
    """The script served as /my/sw.js; it must be asked for anew each time (no-cache)."""
    path = DIST / "sw.js"
    return path.read_bytes() if path.is_file() else b""


def manifest(locale: str) -> dict[str, Any]:
    """The web app manifest served as /my/manifest.webmanifest (application/manifest+json)."""
    _ = words(locale).gettext
    return {
        "id": "/my",
        "name": "Cozy",
        "short_name": "Cozy",
        "description": _("Your digital home: your files, where you choose."),
        "lang": locale,
        "dir": "ltr",
        "start_url": "/my",
        "scope": "/my",
        "display": "standalone",
        "background_color": "#f4f4f0",
        "theme_color": "#005f68",
        "icons": [
            {"src": BASE + name, "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in APP_ICONS
        ],
        "share_target": {
            "action": "/my/photos/shared",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"files": [{"name": "files", "accept": ["image/*", "video/*", "application/pdf"]}]},
        },
        "shortcuts": [{"name": _("Files"), "url": "/my/drive"}],
    }
