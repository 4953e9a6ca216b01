"""What permissions asks of the rooms above."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from msgspec import Struct

from cozy.kernel.caller import Grant
from cozy.kernel.work import Work

from .model import Permission


class Codes(Protocol):
    """Makes the long code of a link: a token of this home, of which there is no other."""

    def __call__(self, work: Work, label: str) -> str:
        """A new code. label: how the code is called among those of its link."""
        ...


class Looked(Protocol):
    """Hears that somebody looked, with a code, at what is offered to them."""

    def __call__(self, work: Work, sharing_id: str, label: str) -> None:
        """label: of the code."""
        ...


class Givers(Protocol):
    """Knows what somebody may give on whose own grant does not say it."""

    def __call__(self, work: Work, link: Permission, giver: Permission) -> tuple[Grant, ...] | None:
        """What a link opens by now of what it says; None where the grant of who made it tells that itself."""
        ...


class Somebody(Struct, frozen=True):
    """A person with whom something is shared. url: of the page about them; number: how many things they see; 0 for who was only invited."""

    name: str
    url: str
    number: int


class People(Protocol):
    """Knows the people who see documents of this home in copies of their own, which no grant says."""

    def seers(self, work: Work, doctype: str) -> Sequence[Permission]:
        """Those who see documents of a doctype, as if they held grants: of the type `member`, the id a key of theirs."""
        ...

    def everybody(self, work: Work) -> Sequence[Somebody]:
        """All of them, by name."""
        ...

    def tells(self, work: Work, permissions: Sequence[Permission]) -> Collection[str]:
        """Of these grants, the ids of those by which such people are let in: they are told of as people, not as grants."""
        ...
