"""What homes cost: written down by day, told by day and by month."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta

import structlog
from msgspec.structs import asdict, replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.meter import Spent
from cozy.kernel.problem import Problem
from cozy.kernel.text import cell
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing

from .. import store
from ..errors import BadParameter, NoStatement
from ..model import NO_PLAN, Agreed, Day, Earning, Failure, Month, Sold
from . import facts, purchases

log = structlog.get_logger()
PAGE = 1000
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


async def flush(house: House) -> None:
    """Write down what the meter holds. What cannot be written is held on to."""
    spent, failures = house.meter.take()
    if not spent and not failures:
        return
    sizes = {home.id: await _size(house, home) for home, _ in spent}
    try:
        await house.write_host(_add, spent, sizes, failures)
    except Exception:
        log.exception("the meter cannot be written down")
        house.meter.give_back(spent, failures)


async def _size(house: House, home: Home) -> int | None:
    """Bytes that a home holds; None where it is not here any more."""
    try:
        return await house.read(home, SYSTEM, facts.size)
    except Problem:
        return None


def _add(
    work: Work, spent: list[tuple[Home, Spent]], sizes: dict[str, int | None], failures: dict[str, int]
) -> None:
    day = work.now.date().isoformat()
    for home, each in spent:
        store.usage.add(work, home, day, each, sizes[home.id])
    for job, tries in failures.items():
        store.usage.add_failures(work, day, job, tries)


def of_days(work: Work, home_id: str, first: str, last: str) -> list[Day]:
    """What a home cost, by day. first, last: 2026-12-31. Raises BadParameter."""
    for name, text in (("from", first), ("to", last)):
        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise BadParameter("A day is written 2026-12-31.", parameter=name) from error
    return store.usage.days(work, home_id, first, last)


def statement(work: Work, month: str, only: Listing | None = None) -> list[Month]:
    """What each home cost in a month, by address; or one home. month: 2026-12. Raises BadParameter.

    A home that nobody used is there with what it holds. The price is that of the plan that it had when the month ended, or when it
    went in it, as it was when it got it. What is told of a month that is over stays, whatever becomes of homes.
    """
    clean_month(month)
    one = only.id if only else ""
    found = {each.home_id: each for each in store.usage.month(work, month, one)}
    listed = {each.id: each for each in ([only] if only else _listings(work))}
    agreed = _agreed(work, month, one, listed, found.keys())
    for id_, known in agreed.items():
        if known.is_there and id_ not in found:
            domain = listed[id_].domain if id_ in listed else known.left_from
            found[id_] = Month(id_, domain, month, store.usage.stored_before(work, id_, month), 0, 0, 0, 0)
    booked = purchases.on_statements(work, month, one)
    for id_, earned in booked.items():
        found.setdefault(id_, Month(id_, earned[-1].domain, month, 0, 0, 0, 0, 0))
    told = [_priced(each, agreed.get(each.home_id), booked.get(each.home_id, [])) for each in found.values()]
    return sorted(told, key=lambda each: each.domain)


def _agreed(
    work: Work, month: str, one: str, listed: Mapping[str, Listing], used: Collection[str]
) -> dict[str, Agreed]:
    """What was agreed with each home, and whether it was there: as it was written down; as the list says where that was not done yet."""
    found = store.plans.agreed(work, month, one)
    offered = {plan.name: plan for plan in store.plans.listed(work)}
    for id_ in {*listed, *used, *found}:
        known, listing = found.get(id_), listed.get(id_)
        if known is None or not known.left_from:
            plan = known.plan if known else offered.get(listing.hosted.plan if listing else "", NO_PLAN)
            is_listed = listing is not None and listing.state != "gone" and listing.created_at[:7] <= month
            found[id_] = Agreed(plan, is_listed or id_ in used)
    return found


def clean_month(month: str) -> str:
    """A month as it is written: 2026-12. Raises BadParameter."""
    if not _MONTH.fullmatch(month):
        raise BadParameter("A month is written 2026-12.", parameter="month")
    return month


def of_home(work: Work, listing: Listing, month: str) -> list[Month]:
    """The same of one home. Raises BadParameter; NoStatement where it was not there yet."""
    found = statement(work, month, listing)
    if not found or month > work.now.date().isoformat():
        raise NoStatement(month=month)
    return found


def latest(work: Work, listing: Listing, count: int) -> list[Month]:
    """The statements of one home for this month and those before it, since it was made."""
    first = work.now.date().replace(day=1)
    found: list[Month] = []
    for _ in range(count):
        found += statement(work, first.isoformat()[:7], listing)
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _listings(work: Work) -> Iterator[Listing]:
    last = ""
    while page := homes.listed(work, last, PAGE):
        yield from page
        last = page[-1].domain


def _priced(month: Month, known: Agreed | None, earned: list[Earning]) -> Month:
    month = replace(
        month,
        apps=purchases.sold(earned, gives_back=False),
        given_back=purchases.sold(earned, gives_back=True),
    )
    if known is None or not known.is_there or not known.plan.name:
        return month
    plan = known.plan
    return replace(month, plan=plan.name, plan_title=plan.title, price=plan.price, currency=plan.currency)


def sums(months: Iterable[Month]) -> list[tuple[str, int]]:
    """What they cost together, in each currency: plans and apps, less what was given back."""
    found = Counter[str]()
    for each in months:
        if each.currency:
            found[each.currency] += each.price
        for line in (*each.apps, *each.given_back):
            found[line.currency] += line.amount
    return sorted(found.items())


def as_csv(months: list[Month]) -> str:
    """A statement as a table (RFC 4180)."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(Month.__struct_fields__)
    for each in months:
        told = {**asdict(each), "apps": _joined(each.apps), "given_back": _joined(each.given_back)}
        table.writerow(map(cell, told.values()))
    return out.getvalue()


def _joined(lines: tuple[Sold, ...]) -> str:
    return "; ".join(f"{each.slug or 'plan'} {each.amount} {each.currency}" for each in lines)


def failures(work: Work, days: int = 7) -> list[Failure]:
    """Which kinds of jobs went wrong in the last days, the most first."""
    since = (work.now.date() - timedelta(days=days - 1)).isoformat()
    return store.usage.failures(work, since)
