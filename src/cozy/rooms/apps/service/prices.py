"""Apps that have a price. Only what registries offer has one: what somebody brings from elsewhere is theirs to use.

An app costs what it cost when it came in: a version with another price, or a first one, closes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from cozy.kernel.home import Home
from cozy.kernel.house import House

from ..errors import NotBought, NothingSold
from ..model import App, Price
from ..ports import Right, Shop, Wish
from .sources import Offer

_REGISTRY = "registry:"


def share(house: House, home: Home) -> int | None:
    """How much of a hundred goes to whoever made an app; None where this host sells none."""
    return next((told for shop in _shops(house) if (told := shop.share(house, home)) is not None), None)


async def right(house: House, home: Home, slug: str) -> Right | None:
    """What the home has bought of an app."""
    for shop in _shops(house):
        if (found := await shop.right(house, home, slug)) is not None:
            return found
    return None


async def buy(house: House, home: Home, wish: Wish) -> str:
    """The address of a page where it is paid for. Raises NothingSold, Elsewhere, Conflict."""
    for shop in _shops(house):
        if shop.share(house, home) is not None:
            return await shop.buy(house, home, wish)
    raise NothingSold


async def opens(house: House, home: Home, app: App) -> bool:
    """Whether an app can be opened. Where nothing is sold, all do: a home that came from elsewhere can buy nothing here."""
    if not app.manifest.price.amount or share(house, home) is None:
        return True
    bought = await right(house, home, app.slug)
    return bought is not None and bought.is_open


async def settled(
    house: House, home: Home, slug: str, source: str, offer: Offer, before: App | None
) -> Offer:
    """An offer with the price that counts for this home, which has been paid. Raises NotBought, NothingSold."""
    body = _priced(source, offer.body, before)
    price = msgspec.convert(body.get("price", {}), Price)
    if price.amount and (before is None or not before.source.startswith(_REGISTRY)):
        bought = await right(house, home, slug)
        if bought is None or not bought.is_open:
            raise NothingSold(slug=slug) if share(house, home) is None else NotBought(slug=slug)
    return replace(offer, body=body)


def _priced(source: str, body: Mapping[str, Any], before: App | None) -> Mapping[str, Any]:
    free = {name: value for name, value in body.items() if name != "price"}
    if not source.startswith(_REGISTRY):
        return free
    if before is None or not before.source.startswith(_REGISTRY):
        return body
    return {**free, "price": before.body["price"]} if "price" in before.body else free


def _shops(house: House) -> list[Shop]:
    shops: list[Shop] = house.ports.get(Shop, [])
    return shops
