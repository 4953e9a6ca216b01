"""What a home is to its host and to its owner."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from cozy.kernel.home import State

SETTINGS = "io.cozy.settings"
INSTANCE = "io.cozy.settings.instance"
LOCALES = ("en", "fr")
THEMES = ("system", "light", "dark")

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


class Listing(Struct, frozen=True):
    """A home as the host lists it: nothing that its owner wrote."""

    id: str
    domain: str
    state: State
    quota: int | None  # bytes; None: as much as the disk holds
    public_key: str  # Ed25519, base64: the home's identity for other homes
    created_at: str


class Profile(Struct, frozen=True, kw_only=True):
    """What the owner says of themself, kept in the document io.cozy.settings.instance."""

    public_name: str
    email: str
    locale: Literal["en", "fr"] = "en"
    tz: str = "UTC"
    theme: Literal["system", "light", "dark"] = "system"


def is_domain(text: str) -> bool:
    """Whether this can be a home's address: lower-case labels, at least two (RFC 1123 §2.1)."""
    labels = text.split(".")
    return len(text) <= 253 and len(labels) >= 2 and all(_LABEL.fullmatch(label) for label in labels)
