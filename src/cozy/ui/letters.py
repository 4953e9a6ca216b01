"""Mails of ours: what a room has to say, in the look of the host."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from cozy.kernel.mail import Attachment

from . import brand, pages

SHOWN = {".png", ".webp"}  # what mail programs show; of an SVG they show nothing, and the name stands there
_OURS = {"brand": ("#005f68", "#098189"), "brand-ink": ("#004d56", "#98e4e4")}


class Look(Protocol):
    """How the host looks. logo: a picture on this machine; colour: `#7a1f5c`; "" for none."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def logo(self) -> str:
        """Its sign."""
        ...

    @property
    def colour(self) -> str:
        """Of buttons and links."""
        ...


class Letter(Struct, frozen=True):
    """A mail as text and as HTML, which shows the logo as `cid:logo`."""

    text: str
    html: str
    logo: Attachment | None


def written(template: str, locale: str, look: Look, words: Mapping[str, Any]) -> Letter:
    """A mail of two templates, `<template>.txt` and `.html`, which is a ui/letter.html. It is signed with the name of the host."""
    logo = _logo(look.logo) if Path(look.logo).suffix in SHOWN else None
    shades = brand.shades(look.colour) if look.colour else _OURS
    said = {"locale": locale, **words}
    templates = pages.environment(locale)
    text = templates.get_template(f"{template}.txt").render(said).rstrip()
    if look.name:
        text = f"{text}\n{look.name}" if "\n-- \n" in text else f"{text}\n\n-- \n{look.name}"
    html = templates.get_template(f"{template}.html").render(
        said, hoster=look.name, has_logo=logo is not None, shades=shades
    )
    return Letter(f"{text}\n", html, logo)


@lru_cache(maxsize=64)
def _logo(path: str) -> Attachment | None:
    """The picture as it was when the program first looked at it; none where it is gone by then: a mail leaves without it."""
    try:
        return Attachment(Path(path).name, Path(path).read_bytes())
    except OSError:
        return None
