"""How devices find what their password opens: addresses, and pictures of them to scan."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import segno

from ..model.systems import Addresses


def addresses(origin: str, folder: str = "/") -> Addresses:
    """Where a home answers to programs. folder: the path of the one folder that the password opens."""
    home = f"{origin}/dav/"
    return Addresses(
        home=home,
        principal=f"{home}principals/me/",
        files=f"{home}files{quote(folder.rstrip('/'))}/",
        calendars=f"{home}calendars/",
        contacts=f"{home}contacts/",
    )


def davx5(origin: str, user: str, password: str) -> str:
    """What opens DAVx⁵ with everything filled in (its manual, Integration). It takes `davx5:` for https alone."""
    parts = urlsplit(origin)
    scheme = "davx5" if parts.scheme == "https" else "caldav"
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}/dav/"


def picture(text: str) -> str:
    """A text as a QR code, an SVG element."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(scale=5, border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None)
