"""What homes ask of the rooms above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from .model import Listing


class Furnish(Protocol):
    """Puts into a new home what a room needs there, in the transaction that creates it."""

    def __call__(self, work: Work, locale: str) -> None:
        """Furnish."""
        ...


class Witness(Protocol):
    """Sees what becomes of a home on the host's list, in the transaction in which it does. before: None for one that is made;
    after: None for one that is gone from the list.
    """

    def __call__(self, work: Work, before: Listing | None, after: Listing | None) -> None:
        """Note it."""
        ...


class InstanceFacts(Protocol):
    """Knows of a room something that `/settings/instance` tells: members of cozy-stack's docs/settings.md."""

    def __call__(self, work: Work) -> Mapping[str, Any]:
        """The members."""
        ...


class Capabilities(Protocol):
    """Knows of a room something that `/settings/capabilities` tells."""

    def __call__(self, work: Work) -> Mapping[str, bool]:
        """The members."""
        ...


class Notice(Struct, frozen=True):
    """Something that needs the owner, in their language. verb: of the link that leads to it."""

    text: str
    url: str
    verb: str
    icon: str
    kind: str = "lamp"  # as of `c.notice`


class Part(Struct, frozen=True):
    """A piece of the first page: a template, and what it finds as `facts`. top: below the greeting; wide: across the page."""

    template: str
    facts: Mapping[str, Any]
    place: Literal["top", "wide", "card"] = "card"


class FirstPage(Protocol):
    """Knows what of a room stands on the first page of a home."""

    def __call__(self, work: Work, home: Home) -> Iterable[Notice | Part]:
        """What needs the owner, and the pieces, in their order."""
        ...


class Farewell(Protocol):
    """Ends, before a home goes from this host for good, what goes on elsewhere because of it."""

    async def __call__(self, house: House, home_id: str) -> None:
        """It is over; the second time it was before. Raises what keeps the home here: it is asked for once more then."""
        ...
