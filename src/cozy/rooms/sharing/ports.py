"""What sharing asks of other rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from cozy.kernel.work import Work


class Opened(Protocol):
    """Knows where somebody goes who has just taken what was shared with them: to an app that shows it."""

    def __call__(self, work: Work, slug: str, doctype: str, sharing_id: str) -> str:
        """An address; "" for none. slug: of the app that it was shared by; doctype: of the first that is in it."""
        ...


class Ways(Protocol):
    """Knows another way in which things are shared, for the page of everything that is shared."""

    def __call__(self, work: Work, shown: str) -> tuple[str, Mapping[str, Any]] | None:
        """A template and what it shows, as `part`; None where there is nothing. shown: with-me, by-me, or "" for everything."""
        ...


class LeftOut(Struct, frozen=True):
    """Something that the home of a member did not take. needs_room: since it had no room."""

    name: str
    needs_room: bool


class Aside(Protocol):
    """Knows what the homes of members did not take, for the page of a sharing."""

    def __call__(self, work: Work, sharing_id: str) -> Mapping[int, Sequence[LeftOut]]:
        """By the index of the member; those whose homes took everything are left out."""
        ...
