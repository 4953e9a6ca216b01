"""What the administration asks of other rooms: numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from cozy.kernel.work import Work


class Sizes(Protocol):
    """Knows how many bytes a home keeps in a room."""

    def __call__(self, work: Work) -> int:
        """Bytes."""
        ...


class OnTheWay(Protocol):
    """A home that moves to another host."""

    @property
    def home_id(self) -> str:
        """Which one."""
        ...


class Moving(Protocol):
    """Knows which homes are on their way to another host."""

    def __call__(self, work: Work) -> Sequence[OnTheWay]:
        """All of them; work is on the host's list."""
        ...


class Letter(Struct, frozen=True):
    """What a mail of the host says."""

    subject: str
    text: str
    html: str


class Letters(Protocol):
    """Writes the mails of the host, by their name, in a language."""

    def __call__(self, name: str, locale: str, **words: str) -> Letter:
        """The letter, with these words in it."""
        ...
