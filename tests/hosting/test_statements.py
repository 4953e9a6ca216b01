"""Statements over random lives of homes: what each is told, what the host is told, and what really happened are the same sums."""

import csv
import io
import random
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest

from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.meter import Spent
from cozy.rooms.homes import service as homes
from cozy.rooms.hosting import store
from cozy.rooms.hosting.model import Changing, Offer, Payer, Purchase
from cozy.rooms.hosting.pages import papers
from cozy.rooms.hosting.ports import Charge, Paid, Return
from cozy.rooms.hosting.service import payments, plans, purchases, usage
from cozy.rooms.hosting.service.homes import apply

pytestmark = pytest.mark.anyio
BEGIN = datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC)
PRICES = {"": 0, "small": 250, "large": 1250}


class Life:
    """Homes of a host, and beside them what is to be on each statement."""

    def __init__(self, work, seed, count, months):
        self.work, self.dice, self.now = work, random.Random(seed), BEGIN
        self.plan, self.made, self.left = {}, {}, {}
        self.prices = defaultdict(Counter)  # by month and home
        self.booked, self.requests = Counter(), Counter()  # by month and home
        self.paid, self.told, self.number = [], {}, 0
        for name, price in PRICES.items():
            if name:
                plans.keep(self.at(), name, Offer(title=name, price=price))
        self.names = [f"home{number}" for number in range(count)]
        self.ends = [
            datetime(2027 + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(1, months + 1)
        ]

    def at(self):
        return replace(self.work, now=self.now)

    def month(self):
        return iso(self.now)[:7]

    def live(self, steps):
        for end in self.ends:
            for _ in range(steps):
                # often in the last and first hours of a month, where a day is another one elsewhere
                until = end - self.now
                step = self.dice.choice((until / 20, until / 5, max(until - timedelta(hours=1), until / 2)))
                self.now += step
                name = self.dice.choice(self.names)
                if name not in self.made:
                    self.make(name)
                elif name not in self.left:
                    self.dice.choice(
                        (self.change, self.use, self.pay, self.give_back, self.owe, self.leave, self.use)
                    )(name)
                else:
                    self.give_back(name)
            month = self.month()
            for name in self.made:
                if name not in self.left or self.left[name] == month:
                    self.prices[month][name] = PRICES[self.plan[name]]
            self.now = end + timedelta(seconds=1)
            self.told[month] = usage.statement(self.at(), month)

    def make(self, name):
        homes.enlist(self.at(), name, f"{name}.localhost", None, "")
        store.payments.keep(self.at(), Payer(name, f"cus_{name}"))
        self.made[name], self.plan[name] = self.month(), ""

    def change(self, name):
        self.plan[name] = self.dice.choice(list(PRICES))
        apply(self.at(), f"{name}.localhost", Changing(plan=self.plan[name]))

    def use(self, name):
        home, spent = Home(name, f"{name}.localhost", ""), Spent(self.dice.randrange(9), 10, 20)
        store.usage.add(self.at(), home, iso(self.now)[:10], spent, self.dice.randrange(1000))
        self.requests[self.month(), name] += spent.requests

    def pay(self, name):
        self.number += 1
        id_, amount = f"in_{self.number}", self.dice.randrange(1, 700)
        bought = Purchase(
            f"p{self.number}",
            name,
            "dice",
            "Dice",
            "Dicers",
            amount,
            "EUR",
            "month",
            70,
            25,
            5,
            iso(self.now),
        )
        store.purchases.keep(self.at(), bought)
        late = int(self.now.timestamp()) - self.dice.choice((0, 0, 3 * 86400))
        told = Paid(
            id=f"evt_{id_}", customer=f"cus_{name}", at=late, payment=id_, amount=amount, currency="EUR",
            purchase=self.dice.choice((bought.id, "")),
        )  # fmt: skip
        for _ in range(self.dice.choice((1, 2))):
            payments._hear(self.at(), told)
        if told.purchase:
            self.booked[self.month(), name] += amount
        self.paid.append((id_, name, amount, []))

    def give_back(self, name):
        for id_, owner, amount, returns in self.paid:
            is_left = amount - sum(each.amount for each in returns if not each.is_undone)
            if owner != name or not is_left:
                continue
            back = Return(
                f"re_{id_}_{len(returns)}", self.dice.randint(1, is_left), int(self.now.timestamp())
            )
            returns.append(back)
            self.booked[self.month(), name] -= back.amount
            if self.dice.random() < 0.3:  # it fails
                returns[-1] = Return(back.id, back.amount, back.at, is_undone=True)
                self.booked[self.month(), name] += back.amount
            told = self.dice.sample(returns, len(returns)) + returns  # in any order, and again
            charge = Charge(
                payment=id_, customer=f"cus_{name}", at=0, amount=amount, currency="EUR", returns=told
            )
            payments._give_back(self.at(), charge)
            return

    def owe(self, name):
        apply(self.at(), f"{name}.localhost", Changing(unpaid=self.dice.random() < 0.6))

    def leave(self, name):
        if self.dice.random() < 0.3:
            if self.dice.random() < 0.5:
                homes.depart(self.at(), f"{name}.localhost", "{}")
            else:
                homes.delist(self.at(), f"{name}.localhost")
            self.left[name] = self.month()

    def check(self):
        for month, first in self.told.items():
            told = usage.statement(self.at(), month)
            assert told == first, f"the statement of {month} is another one by now"
            for each in told:
                total = dict(usage.sums([each])).get("EUR", 0)
                assert total == self.prices[month][each.home_id] + self.booked[month, each.home_id], (
                    month,
                    each,
                )
                assert each.requests == self.requests[month, each.home_id]
                if listing := homes.of_id(self.at(), each.home_id):
                    assert usage.of_home(self.at(), listing, month) == [each]
            expected = sum(self.prices[month].values()) + sum(
                amount for (when, _), amount in self.booked.items() if when == month
            )
            assert dict(usage.sums(told)).get("EUR", 0) == expected
            assert expected == _of_table(usage.as_csv(told))
            due = purchases.payouts(self.at(), month)
            assert all(each.amount == each.to_developer + each.to_host + each.to_brand for each in due)
        for id_, _, amount, returns in self.paid:
            lines = [each for month in self.told for each in purchases.earnings(self.at(), month)]
            about = [each for each in lines if id_ in (each.id, each.gives_back)]
            if amount == sum(each.amount for each in returns if not each.is_undone):
                sums = [
                    sum(getattr(each, part) for each in about)
                    for part in ("to_developer", "to_host", "to_brand")
                ]
                assert sums == [0, 0, 0]


def _of_table(text):
    """What a spreadsheet adds up."""
    total = 0
    for row in csv.DictReader(io.StringIO(text)):
        lines = [line for name in ("apps", "given_back") for line in row[name].split("; ") if line]
        total += int(row["price"]) + sum(int(line.split()[1]) for line in lines)
    return total


class Over(Exception):
    """A life that leaves nothing behind."""


def lived(work, *, count, months, steps, seeds):
    """So many histories, one after the other; the newest."""
    for seed in seeds:
        with suppress(Over), work.db.attempt():
            life = Life(work, seed, count, months)
            life.live(steps)
            life.check()
            raise Over
    return life


async def test_statements_add_up_whatever_happens_to_homes_and_stay_as_they_were_told(house, postgres):
    seeds = range(20 if postgres else 300)
    await house.write_host(lambda work: lived(work, count=3, months=3, steps=8, seeds=seeds))


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_year_of_two_hundred_homes_adds_up_on_paper_too(house):
    life = await house.write_host(lambda work: lived(work, count=200, months=12, steps=250, seeds=[7]))
    for month, told in list(life.told.items())[10:]:
        paper = papers.of_host(house.settings, "en", month, told)
        pages = pypdfium2.PdfDocument(bytes(paper.body))
        last = pages[len(pages) - 1].get_textpage().get_text_bounded()
        assert f"{dict(usage.sums(told))['EUR'] / 100:,.2f}" in last
