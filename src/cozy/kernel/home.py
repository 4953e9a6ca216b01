"""A home, as the doors and the machinery need to know it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

State = Literal["active", "blocked"]
Subdomains = Literal["nested", "flat"]


class Home(Struct, frozen=True):
    """A person's home on this host."""

    id: str
    domain: str  # alice.example.org, without a port
    origin: str  # https://alice.example.org, or http://alice.localhost:8080
    state: State = "active"
    quota: int | None = None  # bytes; None: as much as the disk holds


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
