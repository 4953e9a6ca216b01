"""The shop of the store: apps are sold where a context says how what they cost is divided, and owners can pay."""

from __future__ import annotations

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.apps.errors import NothingSold
from cozy.rooms.apps.model import Price
from cozy.rooms.apps.ports import Right, Wish
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Split

from ..ports import Buying
from . import payments, purchases


class AppShop:
    """See apps.ports.Shop."""

    def share(self, house: House, home: Home) -> int | None:
        """The part of whoever made an app."""
        split = _split(house, home)
        return split.developer if split else None

    async def right(self, house: House, home: Home, slug: str) -> Right | None:
        """What the host's books say."""
        return await house.read_host(_right, home.id, slug)

    async def buy(self, house: House, home: Home, wish: Wish) -> str:
        """A page of the payment service. Raises NothingSold, BoughtAlready, Elsewhere."""
        split = _split(house, home)
        if split is None:
            raise NothingSold
        purchase = await house.write_host(purchases.ask, home.id, wish, split)
        buying = Buying(
            home_id=home.id, customer=await payments.customer(house, home), once=purchase.id, title=purchase.title,
            amount=purchase.amount, currency=purchase.currency, is_monthly=purchase.period == "month",
            about={"purchase": purchase.id}, back=wish.page, done=f"{wish.page}?paid=1",
        )  # fmt: skip
        return await payments.service(house).checkout(house, buying)


async def stop(house: House, home: Home, purchase_id: str, stops: bool) -> None:
    """Stop paying for an app when what was paid for is over, or go on. Raises NoPayments, NoPurchase, Elsewhere."""
    purchase = await house.read_host(purchases.subscribed, home.id, purchase_id)
    ends_at = await payments.service(house).stop(house, purchase.subscription, stops)
    await house.write_host(purchases.end, purchase, ends_at)


def _split(house: House, home: Home) -> Split | None:
    split = homes.contexts.context_of(house.settings, home.hosted.context).app_split
    return split if payments.is_set(house) else None


def _right(work: Work, home_id: str, slug: str) -> Right | None:
    found = purchases.of_app(work, home_id, slug)
    if found is None:
        return None
    return Right(
        Price(found.amount, found.currency, found.period), purchases.is_open(work, found), found.ends_at
    )
