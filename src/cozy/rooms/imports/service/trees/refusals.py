"""Refusal: a file of an archive that is not taken in."""

from msgspec import Struct


class Refusal(Struct, frozen=True):
    """Which one, and why."""

    name: str
    why: str
