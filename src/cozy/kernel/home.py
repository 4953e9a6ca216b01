"""A home, as the doors and the machinery need to know it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from msgspec import Struct

from .settings import Settings

State = Literal["active", "blocked", "gone"]  # gone: it lives on another host by now
Subdomains = Literal["nested", "flat"]


class Hosted(Struct, frozen=True, omit_defaults=True):
    """What a home and its host have agreed on: nothing that people wrote."""

    context: str = ""  # the group of homes that it belongs to, by its name in the settings
    flags: Mapping[str, Any] = {}  # features of this home alone
    terms: str = ""  # the version of the terms of service that the owner accepted
    leaving_at: str = ""  # when the owner asked the host to delete the home (RFC 3339)
    live_folder: str = ""  # where on the host's disk its files are shown as plain files; "": nowhere
    formerly: tuple[str, ...] = ()  # domains that the home had before on this host
    unpaid_since: str = ""  # when the host said that a bill is open (RFC 3339)
    plan: str = ""  # what the owner has with the host, by its name
    asked_plan: str = ""  # which one they ask for instead
    help_code: str = (
        ""  # of the address at which the owner lets the host look; the home itself says what it opens
    )
    help_until: str = ""  # (RFC 3339)
    reason: str = ""  # why the home is blocked, as the host says
    books: Mapping[
        str, Any
    ] = {}  # what the host keeps beside it for itself: its number for the customer, what they pay for


NOTHING_AGREED = Hosted()


class Home(Struct, frozen=True):
    """A person's home on this host."""

    id: str
    domain: str  # alice.example.org, without a port
    origin: str  # https://alice.example.org, or http://alice.localhost:8080
    state: State = "active"
    quota: int | None = None  # bytes; None: as much as the disk holds
    hosted: Hosted = NOTHING_AGREED
    moved_to: str = (
        ""  # where it is by now that was at this domain, https://alice.example.net; it has no id then
    )


def app_origin(origin: str, slug: str, subdomains: Subdomains) -> str:
    """The origin of an app of a home: https://drive.alice.example.org, or flat https://alice-drive.example.org."""
    scheme, _, host = origin.partition("://")
    if subdomains == "nested":
        return f"{scheme}://{slug}.{host}"
    name, dot, rest = host.partition(".")
    return f"{scheme}://{name}-{slug}{dot}{rest}"


def app_at(domain: str, subdomains: Subdomains) -> tuple[str, str]:
    """The home's domain and the app's slug that a domain could name; ("", "") when none. Undoes `app_origin`."""
    first, _, rest = domain.partition(".")
    if subdomains == "nested":
        return (rest, first) if first and rest else ("", "")
    name, _, slug = first.partition("-")
    return (f"{name}.{rest}", slug) if name and slug and rest else ("", "")


def origin_of(settings: Settings, domain: str) -> str:
    """The address that people type for a domain, whoever asks: the server, or a command beside it."""
    brought = f"https://:{settings.public_https_port}" if settings.public else ""
    return _origin(brought or settings.public_url or f"http://:{settings.port}", domain)


@lru_cache(maxsize=100_000)
def _origin(public_url: str, domain: str) -> str:
    """`https://` and `alice.example.org` make `https://alice.example.org`; `http://:8080` keeps its port."""
    scheme, _, rest = public_url.partition("://")
    port = rest.rpartition(":")[2].rstrip("/") if ":" in rest else ""
    standard = {"http": "80", "https": "443"}.get(scheme)
    return f"{scheme}://{domain}:{port}" if port and port != standard else f"{scheme}://{domain}"
