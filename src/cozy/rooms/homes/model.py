"""What a home is to its host and to its owner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from cozy.kernel.home import Hosted, State

from .errors import BadProfile

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
    hosted: Hosted = Hosted()


class Profile(Struct, frozen=True, kw_only=True):
    """What the owner says of themself, kept in the document io.cozy.settings.instance."""

    public_name: str
    email: str
    locale: Literal["en", "fr"] = "en"  # of our pages; apps may know the language that the document holds
    tz: str = "UTC"
    theme: Literal["system", "light", "dark"] = "system"
    shortcuts: bool = True  # keys that do things; a person who dictates switches them off (WCAG 2.1.4)


class Ratio(Struct, frozen=True):
    """A part of the homes, between 0 and 1, and what a flag is worth there."""

    ratio: float
    value: Any


class Terms(Struct, frozen=True):
    """Terms of service: `1.0.0-20261201` is due on that day; only another first number asks for a new consent."""

    version: str = ""
    url: str = ""


class Brand(Struct, frozen=True):
    """How the host looks to people who have their home there. colour: `#7a1f5c`, of which shades are made that can be read."""

    name: str = ""
    logo: str = ""  # a picture on this machine: SVG, PNG or WebP
    colour: str = ""


class Split(Struct, frozen=True):
    """Who gets how much of a hundred of what an app costs: who made it, the host, and who it is sold in the name of."""

    developer: int
    host: int = 0
    brand: int = 0


class Context(Struct, frozen=True, kw_only=True):
    """What we know of a context; what else it holds is for apps, and given to them as it is."""

    default_redirection: str = ""  # of logging in: an app's slug, and where in it: drive/#/folder
    onboarded_redirection: str = ""  # of the first visit
    manager_url: str = ""  # where people manage what they have with the host
    theme: str = ""  # a file of styles for apps
    features: Mapping[str, Any] = {}
    feature_ratios: Mapping[str, tuple[Ratio, ...]] = {}
    terms: Terms = Terms()
    registries: tuple[str, ...] = ()  # of apps, in the order asked
    oidc: Mapping[str, Any] = {}  # who else lets people in
    brand: Brand = Brand()
    help_link: str = ""  # where people find help: https:// or mailto:
    own_domains: bool = (
        False  # whether owners may bring a domain of their own, for which certificates come by themselves
    )
    homes_below: str = ""  # the host's own address, where people get a home below it: example.org
    moving_in: Literal["invited", "anybody"] = "invited"  # who may get one there
    app_split: Split | None = None  # of what apps cost; None: no apps are sold
    plans: tuple[str, ...] = ()  # that people choose among then, by name; the first is proposed


class Flags(Struct, frozen=True):
    """The feature flags of a home, and where they come from, the strongest source first."""

    values: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, Any]]


def is_domain(text: str) -> bool:
    """Whether this can be a home's address: lower-case labels, at least two (RFC 1123 §2.1)."""
    labels = text.split(".")
    return len(text) <= 253 and len(labels) >= 2 and all(_LABEL.fullmatch(label) for label in labels)


_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}  # fmt: skip


def octets(text: str) -> int | None:
    """A size as people write it, in bytes: `50GB`, `1.5 TiB`, `1,5 To`, `1000`; `none` for no limit. Raises BadProfile."""
    plain = text.strip().lower().replace(",", ".").replace("\u202f", " ").replace("\xa0", " ")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", plain)
    unit = re.sub("o$", "b", found[2]) if found else ""  # octet
    if plain == "none":
        return None
    if not found or unit not in _UNITS:
        raise BadProfile("A quota is a size such as 50GB, or none.", parameter="quota")
    return int(float(found[1]) * _UNITS[unit])


def written(quota: int | None) -> str:
    """The same size as people write it: what `octets` reads back."""
    if quota is None:
        return "none"
    unit = next((name for name in ("tb", "gb", "mb") if quota and quota % _UNITS[name] == 0), "")
    return f"{quota // _UNITS[unit]}{unit.upper()}"
