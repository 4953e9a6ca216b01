"""Apps with a price: seen in the store, paid for at Stripe, opened, stopped; and who gets what."""

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel.clock import iso
from cozy.kernel.home import app_origin
from cozy.rooms.hosting.service import purchases
from tests.apps.offers import RECIPES, offer
from tests.hosting.stripe import settings, stripe, tell

__all__ = ["stripe", "tell"]
pytestmark = pytest.mark.anyio
STORE, PLAN = "/my/store/recipes", "/my/settings/plan"
paid = settings  # the settings of a host where owners can pay
PRICE = {"amount": 299, "currency": "EUR", "period": "month"}
SPLIT = {"developer": 70, "host": 25, "brand": 5}


@pytest.fixture
def settings(paid, tmp_path):
    (tmp_path / "offers").mkdir()
    offer(tmp_path / "offers", {**RECIPES, "price": PRICE})
    return replace(
        paid,
        app_folders="",
        apps_offered=str(tmp_path / "offers"),
        contexts={"default": {"app_split": SPLIT}},
    )


@pytest.fixture(autouse=True)
async def books(house):
    yield
    for table in ("purchases", "earnings", "payers", "payment_events"):
        await house.storage.host.write(lambda db, table=table: db.run(f"DELETE FROM {table}"))


@pytest.fixture
async def app(house, home, reader):
    """The owner's browser at the app."""
    origin = app_origin(home.origin, "recipes", house.settings.subdomains)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(serving(house)), base_url=origin) as client:
        client.cookies.set("cozy-session", reader.cookies["cozy-session"], domain=home.domain)
        yield client


def subscription(**members):
    purchase = members.pop("purchase")
    return {
        "object": "subscription",
        "id": "sub_1",
        "customer": "cus_1",
        "metadata": {"purchase": purchase},
        **members,
    }


async def test_an_app_is_bought_opened_and_stopped_and_its_price_divided(
    reader, hoster, stripe, tell, home, house, clock, app
):
    page = (await reader.get(STORE)).text
    assert "€2.99 a month" in page
    assert "Of it, 70 % is for those who made the app" in page
    assert (await reader.submit(f"{STORE}/install", page=STORE, answer="yes", keep="own")).status_code == 422
    for _ in range(2):  # who clicks twice
        led = await reader.submit(f"{STORE}/buy", page=STORE)
        assert 'href="https://checkout.test/cs_2"' in led.text
    session = stripe.asked[1][1]
    purchase = session["metadata[purchase]"]
    assert session["line_items[0][price_data][unit_amount]"] == "299"
    assert session["subscription_data[metadata][purchase]"] == purchase
    assert "confirmed" in (await reader.get(f"{STORE}?paid=1")).text

    at = int(clock().timestamp())
    begun = {
        "customer": "cus_1",
        "mode": "subscription",
        "subscription": "sub_1",
        "metadata": {"purchase": purchase},
    }
    assert await tell("checkout.session.completed", begun, "evt_1", created=at) == 200
    parent = {"subscription_details": {"subscription": "sub_1", "metadata": {"purchase": purchase}}}
    bill = {"id": "in_1", "customer": "cus_1", "parent": parent, "amount_paid": 299, "currency": "eur"}
    for id_ in ("evt_2", "evt_3"):  # under another number the second time
        assert await tell("invoice.paid", bill, id_, created=at) == 200
    await tell("invoice.payment_failed", {**bill, "id": "in_2"}, "evt_4", created=at)
    hosted = (await hoster.get(f"/instances/{home.domain}")).json()["data"]["attributes"]
    assert "unpaid_since" not in hosted
    assert "plan" not in hosted

    await reader.landed(await reader.submit(f"{STORE}/install", answer="yes", keep="own"))
    assert (await app.get("/", follow_redirects=True)).status_code == 200
    month = iso(clock())[:7]
    (due,) = (await hoster.get(f"/payouts/{month}")).json()
    assert due == {
        "month": month, "developer": "The Cooks", "currency": "EUR", "payments": 1, "amount": 299,
        "to_developer": 211, "to_host": 74, "to_brand": 14, "given_back": 0,
    }  # fmt: skip
    (line,) = (await hoster.get(f"/statements/{month}")).json()
    assert line["apps"] == [{"slug": "recipes", "title": "Recipes", "amount": 299, "currency": "EUR"}]
    assert "recipes 299 EUR" in (await reader.get(f"{PLAN}/statements/{month}.csv")).text
    assert "in_1" in (await hoster.get(f"/earnings/{month}.csv")).text
    assert "The Cooks · €2.11" in (await hoster.get("/my/costs")).text

    stopped = await reader.landed(
        await reader.submit(f"{PLAN}/apps", page=PLAN, purchase=purchase, stops="1")
    )
    assert "Opens until 17 August 2026" in stopped
    assert (await app.get("/", follow_redirects=True)).status_code == 200
    ended = subscription(purchase=purchase, ended_at=at + 60)
    await tell("customer.subscription.deleted", ended, "evt_5", created=at + 9)
    await tell(
        "customer.subscription.updated", subscription(purchase=purchase), "evt_6", created=at + 8
    )  # late
    clock.advance(minutes=2)
    shut = await app.get("/")
    assert (shut.status_code, shut.headers["location"]) == (303, f"{home.origin}/my/apps/recipes")
    shown = (await reader.get("/my/apps/recipes")).text
    assert "It is not paid for any more" in shown
    assert "Buy it again" in shown


async def test_where_nothing_is_sold_no_price_can_be_paid_and_nothing_is_shut(house, home, reader, stripe):
    house.settings.contexts["default"].clear()
    page = (await reader.get(STORE)).text
    assert ("Your host sells no apps" in page, "/buy" in page) == (True, False)
    assert (await reader.submit(f"{STORE}/buy", page="/my/store")).status_code == 403
    assert stripe.asked == []


async def test_of_a_home_that_is_destroyed_only_what_was_paid_stays(
    reader, hoster, stripe, tell, home, house
):
    await reader.submit(f"{STORE}/buy", page=STORE)
    paid_for = stripe.asked[1][1]["metadata[purchase]"]
    bill = {"id": "in_1", "customer": "cus_1", "amount_paid": 299, "currency": "eur"}
    parent = {"subscription_details": {"subscription": "sub_1", "metadata": {"purchase": paid_for}}}
    await tell("invoice.paid", {**bill, "parent": parent})

    def wanted(work):
        work.db.run(
            """INSERT INTO purchases SELECT 'other', of_home, 'dice', title, developer, amount, currency, period,
                 developer_part, host_part, brand_part, asked_at, '', '', '', 0 FROM purchases"""
        )

    def kept(work):
        return [
            [
                row[0]
                for row in work.db.all(f"SELECT {column} FROM {table} WHERE of_home = :home", home=home.id)
            ]
            for table, column in (("payers", "customer"), ("purchases", "id"), ("earnings", "id"))
        ]

    await house.write_host(wanted)
    assert (await house.read_host(kept))[0] == ["cus_1"]
    stripe.deletes = 500
    assert (await hoster.delete(f"/instances/{home.domain}")).status_code == 502
    assert (await house.read_host(kept))[0] == ["cus_1"]  # nobody goes on paying for a home that is no more
    stripe.deletes = 200
    assert (await hoster.delete(f"/instances/{home.domain}")).status_code < 300
    assert stripe.asked[-1][0] == "DELETE /v1/customers/cus_1"
    assert await house.read_host(kept) == [[], [paid_for], ["in_1"]]


async def test_what_is_given_back_or_disputed_is_taken_back_from_whom_it_was_divided_among(
    reader, hoster, stripe, tell, home, house, clock, app
):
    await reader.submit(f"{STORE}/buy", page=STORE)
    purchase = stripe.asked[1][1]["metadata[purchase]"]
    at, month = int(clock().timestamp()), iso(clock())[:7]
    charge = stripe.charge("ch_1", 299, at, payment_intent="pi_1")
    stripe.held["invoice_payments?pi_1"] = [{"invoice": "in_1"}]
    refund = {
        "object": "refund",
        "id": "re_1",
        "charge": "ch_1",
        "amount": 100,
        "created": at,
        "status": "succeeded",
    }
    stripe.held["refunds?ch_1"] = [refund]
    assert await tell("charge.refunded", charge, "evt_1") == 409  # of a payment that nobody has told of yet
    parent = {"subscription_details": {"subscription": "sub_1", "metadata": {"purchase": purchase}}}
    bill = {"id": "in_1", "customer": "cus_1", "parent": parent, "amount_paid": 299, "currency": "eur"}
    await tell("invoice.paid", bill, "evt_2", created=at)

    async def due():
        (line,) = (await hoster.get(f"/payouts/{month}")).json()
        return [
            line[name] for name in ("payments", "amount", "to_developer", "to_host", "to_brand", "given_back")
        ]

    for id_ in ("evt_1", "evt_3"):  # the same, told twice
        assert await tell("charge.refunded", charge, id_) == 200
    assert await due() == [1, 199, 141, 49, 9, -100]
    (line,) = (await hoster.get(f"/statements/{month}")).json()
    assert [each["amount"] for each in line["given_back"]] == [-100]
    assert "recipes -100 EUR" in (await hoster.get(f"/statements/{month}.csv")).text
    assert "Refunded: Recipes · -€1.00" in (await reader.get(PLAN)).text
    assert "Refunded: €1.00" in (await hoster.get("/my/costs")).text

    stripe.held["refunds?ch_1"] = [{**refund, "id": "re_2", "amount": 199}, {**refund, "status": "failed"}]
    await tell("refund.failed", refund, "evt_4")
    assert await due() == [1, 100, 70, 25, 5, -199]
    dispute = {
        "object": "dispute",
        "id": "dp_1",
        "charge": "ch_1",
        "amount": 100,
        "created": at,
        "status": "lost",
    }
    asks = {**dispute, "id": "dp_0", "status": "warning_needs_response"}  # a bank asks, and takes nothing
    stripe.held["disputes?ch_1"] = [dispute, asks]
    await tell("charge.dispute.closed", dispute, "evt_5")
    assert await due() == [1, 0, 0, 0, 0, -299]
    clock.advance(days=31)
    stripe.held["disputes?ch_1"] = [{**dispute, "status": "won"}, asks]
    await tell("charge.dispute.closed", dispute, "evt_6")
    assert await due() == [1, 0, 0, 0, 0, -299]  # a month that is over stays as it is
    month = iso(clock())[:7]
    assert await due() == [0, 100, 70, 25, 5, 100]
    hosted = (await hoster.get(f"/instances/{home.domain}")).json()["data"]["attributes"]
    assert "unpaid_since" not in hosted


async def test_an_app_bought_once_and_given_back_opens_no_more_even_of_a_home_that_is_gone(
    reader, hoster, stripe, tell, home, house, clock
):
    def bought(work):
        work.db.run(
            """INSERT INTO purchases VALUES ('p1', :home, 'dice', 'Dice', 'Dicers', 500, 'EUR', 'once', 70, 25, 5, '2026', '', '', '', 0)""",
            home=home.id,
        )

    await reader.submit(f"{STORE}/buy", page=STORE)
    await house.write_host(bought)
    at, month = int(clock().timestamp()), iso(clock())[:7]
    paid = {
        "id": "cs_9",
        "customer": "cus_1",
        "mode": "payment",
        "payment_status": "paid",
        "amount_total": 500,
    }
    paid = {**paid, "currency": "eur", "metadata": {"purchase": "p1"}}
    await tell("checkout.session.completed", paid, "evt_1", created=at)
    assert (await house.read_host(purchases.of_app, home.id, "dice")).ends_at == ""
    charge = stripe.charge("ch_9", 500, at, payment_intent="pi_9", invoice=None)
    stripe.held["checkout/sessions?pi_9"] = [{"id": "cs_9"}]
    refund = {"id": "re_9", "charge": "ch_9", "amount": 500, "created": at, "status": "pending"}
    stripe.held["refunds?ch_9"] = [refund]
    await hoster.post("/instances", params={"Domain": "bob.localhost"})
    assert (await hoster.delete(f"/instances/{home.domain}")).status_code < 300
    bob = home.origin.replace("alice", "bob")
    assert await tell("charge.refunded", charge, "evt_2", at_home=bob) == 200
    assert (await house.read_host(purchases.of_app, home.id, "dice")).ends_at
    assert [line["to_developer"] for line in (await hoster.get(f"/earnings/{month}")).json()] == [350, -350]
    stripe.held["refunds?ch_9"] = [{**refund, "status": "canceled"}]
    await tell("refund.updated", {**refund, "object": "refund"}, "evt_3", at_home=bob)
    assert (await house.read_host(purchases.of_app, home.id, "dice")).ends_at == ""
    await hoster.delete("/instances/bob.localhost")
