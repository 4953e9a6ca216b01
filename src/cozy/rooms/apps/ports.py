"""What apps ask of the room that knows what was bought."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from cozy.kernel.home import Home
from cozy.kernel.house import House

from .model import Price


class Right(Struct, frozen=True):
    """What a home has bought of an app. ends_at: until when it opens, "" for no end."""

    price: Price
    is_open: bool
    ends_at: str = ""


class Wish(Struct, frozen=True):
    """An app to be bought. developer: who made it; page: where the owner is sent afterwards."""

    slug: str
    title: str
    developer: str
    price: Price
    page: str


class Shop(Protocol):
    """Sells apps, and knows what was bought."""

    def share(self, house: House, home: Home) -> int | None:
        """How much of a hundred goes to whoever made an app; None where no apps are sold."""
        ...

    async def right(self, house: House, home: Home, slug: str) -> Right | None:
        """What a home has bought of an app, if anything."""
        ...

    async def buy(self, house: House, home: Home, wish: Wish) -> str:
        """The address of a page where an app is paid for. Raises NothingSold, Elsewhere, and Conflict where it is bought already."""
        ...
