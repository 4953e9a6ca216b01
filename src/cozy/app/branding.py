"""How the host looks: its name, its logo and its colour, by the context of a home."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

from cozy import ui
from cozy.kernel.problem import NotFound
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Brand
from cozy.web.call import Call

PREFIX = "brand-"  # of the names of its files, among our own
KEPT = {"cache-control": "public, max-age=86400"}  # their names hold their hash
ALONE = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # for a picture that somebody opens as a page
)


def of(call: Call) -> ui.Brand:
    """As pages show it, with the addresses of its files."""
    here = homes.contexts.context_of(call.house.settings, call.home.hosted.context)
    brand = here.brand
    styles = _address(ui.brand.styles(brand.colour).encode(), ".css") if brand.colour or brand.logo else ""
    logo = _address(_logo(brand.logo), Path(brand.logo).suffix) if brand.logo else ""
    leads = here.help_link.startswith(("https://", "http://", "mailto:"))
    return ui.Brand(brand.name or "Cozy", styles, logo, here.help_link if leads else "")


def _address(content: bytes, suffix: str) -> str:
    return f"/my/assets/{PREFIX}{hashlib.sha256(content).hexdigest()[:12]}{suffix}"


@lru_cache(maxsize=64)
def _logo(path: str) -> bytes:
    """The picture as it was when the program first looked at it."""
    return Path(path).read_bytes()


def file(call: Call, name: str) -> Response:
    """One of its files. Raises NotFound."""
    brand: Brand = homes.contexts.context_of(call.house.settings, call.home.hosted.context).brand
    suffix = Path(name).suffix
    if suffix == ".css" and (brand.colour or brand.logo):
        return Response(ui.brand.styles(brand.colour), media_type="text/css", headers=KEPT)
    if brand.logo and suffix == Path(brand.logo).suffix:
        headers = {**KEPT, "content-security-policy": ALONE}
        return Response(_logo(brand.logo), media_type=homes.contexts.LOGOS[suffix], headers=headers)
    raise NotFound
