"""What places are called, by what is known here: nobody is asked."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Town(Struct, frozen=True, gc=False):
    """A town. country: its code (ISO 3166-1), `FR`."""

    name: str
    country: str
    lat: float
    long: float
    people: int


class Gazetteer(Protocol):
    """Knows towns."""

    def near(self, lat: float, long: float) -> Town | None:
        """The town that people would name for a place; None where there is none within an hour's drive."""
        ...
