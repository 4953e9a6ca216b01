"""A home, as the doors and the machinery need to know it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

State = Literal["active", "blocked"]


class Home(Struct, frozen=True):
    """A person's home on this host."""

    id: str
    domain: str  # alice.example.org, without a port
    origin: str  # https://alice.example.org, or http://alice.localhost:8080
    state: State = "active"
    quota: int | None = None  # bytes; None: as much as the disk holds
