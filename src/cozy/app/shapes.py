"""Shapes of data that threads use at once.

msgspec 0.22 learns what a struct is like at its first use, and lets other threads run meanwhile: one that uses the same struct then
crashes the whole process. So they are learned before there are other threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct
from msgspec.json import Decoder


def learn() -> set[type[Struct]]:
    """Learn every struct that is there by now; those that were."""
    learned: set[type[Struct]] = set()
    for each in set(_below(Struct)):
        with suppress(
            TypeError, NameError
        ):  # what is only written, or names a type that is not there, is never read
            Decoder(each)
            learned.add(each)
    return learned


def _below(base: type[Struct]) -> Iterator[type[Struct]]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)
