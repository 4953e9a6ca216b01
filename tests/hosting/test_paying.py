"""Owners pay by Stripe, against a server that answers as its API does: forms, keys, numbers, signatures."""

import re

import pytest

from tests.conftest import DOMAIN
from tests.hosting.stripe import NEWER, settings, stripe, tell

__all__ = ["settings", "stripe", "tell"]
pytestmark = pytest.mark.anyio
PLAN = "/my/settings/plan"
URL = f"/instances/{DOMAIN}"


@pytest.fixture
async def plans(hoster, house):
    await hoster.put("/plans/free", json={"title": "Free", "changeable": True})
    family = {"title": "Family", "price": 1250, "currency": "EUR", "quota": 2_000_000_000, "changeable": True}
    await hoster.put("/plans/family", json=family)
    yield
    for table in ("plans", "agreed_plans", "payers", "payment_events", "earnings"):
        await house.storage.host.write(lambda db, table=table: db.run(f"DELETE FROM {table}"))


async def test_the_owner_takes_a_plan_and_pays_fails_to_pay_and_leaves(
    plans, hoster, reader, stripe, tell, home
):
    async def shown():
        return (await hoster.get(URL)).json()["data"]["attributes"]

    page = (await reader.get(PLAN)).text
    assert ("Take it and pay: Family" in page, "Take it and pay: Free" in page) == (True, False)
    assert stripe.asked == []
    for _ in range(2):  # who clicks twice
        led = await reader.submit(f"{PLAN}/paying", page=PLAN, plan="family")
        assert 'href="https://checkout.test/cs_2"' in led.text
    (customers, customer), (sessions, session) = stripe.asked
    assert (customers, sessions) == ("/v1/customers", "/v1/checkout/sessions")
    assert customer == {"description": DOMAIN, "metadata[home]": home.id}
    assert session["line_items[0][price_data][unit_amount]"] == "1250"
    assert (session["customer"], session["mode"]) == ("cus_1", "subscription")
    assert "plan" not in await shown()

    done = {"customer": "cus_1", "subscription": "sub_1", "metadata": {"plan": "family"}}
    assert await tell("checkout.session.completed", done) == 200
    assert ((await shown())["plan"], (await shown())["disk_quota"]) == ("family", "2000000000")
    page = (await reader.get(PLAN)).text
    assert ("Bills and ways to pay" in page, "Take it and pay" in page) == (True, False)
    portal = await reader.submit(f"{PLAN}/paying", page=PLAN)
    assert re.search(r'href="https://billing\.test/\d+"', portal.text)

    assert await tell("invoice.payment_failed", {"customer": "cus_1"}, "evt_2") == 200
    assert (await shown())["unpaid_since"]
    assert await tell("invoice.paid", {"customer": "cus_1"}, "evt_3") == 200
    assert "unpaid_since" not in await shown()
    assert await tell("invoice.payment_failed", {"customer": "cus_1"}, "evt_2") == 200  # told a second time
    assert "unpaid_since" not in await shown()
    updated = {"customer": "cus_1", "status": "past_due", "metadata": {"plan": "family"}}
    assert await tell("customer.subscription.updated", updated, "evt_4") == 200
    assert (await shown())["unpaid_since"]
    assert await tell("customer.subscription.deleted", {"customer": "cus_1"}, "evt_5") == 200
    assert "plan" not in await shown()


async def test_what_comes_late_changes_nothing_that_newer_messages_said(
    plans, hoster, reader, tell, house, home, clock
):
    async def shown():
        told = (await hoster.get(URL)).json()["data"]["attributes"]
        return told.get("plan"), "unpaid_since" in told

    await reader.submit(f"{PLAN}/paying", page=PLAN, plan="family")
    family, made = (
        {"plan": "family"},
        {"customer": "cus_1", "object": "subscription", "metadata": {"plan": "family"}},
    )
    begun = {"customer": "cus_1", "subscription": "sub_1", "metadata": family}
    first = {"customer": "cus_1", "parent": {"subscription_details": {"subscription": "sub_1"}}}
    await tell("invoice.paid", first, "evt_1", created=11)
    await tell(
        "customer.subscription.updated", {**made, "id": "sub_1", "status": "incomplete"}, "evt_2", created=9
    )
    assert await shown() == (None, False)
    await tell("checkout.session.completed", begun, "evt_3", created=10)
    await tell("invoice.payment_failed", first, "evt_4", created=10)
    assert await shown() == ("family", False)
    await tell(
        "customer.subscription.updated", {**made, "id": "sub_1", "status": "past_due"}, "evt_5", created=20
    )
    await tell(
        "customer.subscription.updated", {**made, "id": "sub_1", "status": "active"}, "evt_6", created=19
    )
    assert await shown() == ("family", True)
    again = {"customer": "cus_1", "subscription": "sub_2", "metadata": family}
    await tell("checkout.session.completed", again, "evt_7", created=30)
    await tell("customer.subscription.deleted", {**made, "id": "sub_1"}, "evt_8", created=31)
    assert (await shown())[0] == "family"
    await tell("customer.subscription.deleted", {**made, "id": "sub_2"}, "evt_9", created=40)
    await tell(
        "customer.subscription.updated", {**made, "id": "sub_2", "status": "active"}, "evt_10", created=39
    )
    await tell("checkout.session.completed", again, "evt_11", created=30)
    assert (await shown())[0] is None

    def events(work):
        return work.db.all("SELECT id FROM payment_events ORDER BY id")

    clock.advance(days=91)
    await tell("invoice.paid", first, "evt_12", created=50)
    assert [tuple(row) for row in await house.read_host(events)] == [("evt_12",)]


async def test_what_stripe_has_not_signed_or_signed_long_ago_does_nothing(plans, hoster, reader, tell):
    await reader.submit(f"{PLAN}/paying", page=PLAN, plan="family")
    failed = ("invoice.payment_failed", {"customer": "cus_1"})
    assert await tell("ping", {}, secret=NEWER) == 200  # of the two that the settings hold
    assert await tell(*failed, secret="whsec_other") == 400
    assert await tell(*failed, ago_s=301) == 400
    assert await tell(*failed[:1], {"customer": "cus_of_another_host"}) == 200
    assert "unpaid_since" not in (await hoster.get(URL)).json()["data"]["attributes"]


async def test_a_plan_that_is_not_offered_or_costs_nothing_is_not_paid_for(plans, reader, stripe):
    for name in ("free", "gold"):
        assert (await reader.submit(f"{PLAN}/paying", page=PLAN, plan=name)).status_code == 404
    assert (await reader.submit(f"{PLAN}/paying", page=PLAN)).status_code == 404
    assert stripe.asked == []


async def test_what_is_given_back_of_a_plan_is_a_line_of_its_own_and_the_plan_stays(
    plans, hoster, reader, stripe, tell, home, clock
):
    await reader.submit(f"{PLAN}/paying", page=PLAN, plan="family")
    at = int(clock().timestamp())
    begun = {"customer": "cus_1", "subscription": "sub_1", "metadata": {"plan": "family"}}
    await tell("checkout.session.completed", begun, "evt_1", created=at)
    parent = {"subscription_details": {"subscription": "sub_1", "metadata": {"plan": "family"}}}
    bill = {"id": "in_1", "customer": "cus_1", "parent": parent, "amount_paid": 1250, "currency": "eur"}
    await tell("invoice.paid", bill, "evt_2", created=at)
    older = {"id": "re_2", "charge": "ch_2", "amount": 250, "created": at - 3 * 86400, "status": "succeeded"}
    stripe.held["refunds?ch_2"] = [
        older
    ]  # of a payment that was made before payments for plans were written down
    charge = stripe.charge("ch_2", 1250, at - 3 * 86400, invoice="in_0")
    assert await tell("charge.refunded", charge, "evt_3") == 200
    stripe.held["refunds?ch_1"] = [{**older, "id": "re_1", "charge": "ch_1", "amount": 1000}]
    await tell("charge.refunded", stripe.charge("ch_1", 1250, at, invoice="in_1"), "evt_4")
    (line,) = (await hoster.get("/statements/2026-07")).json()
    assert (line["plan"], line["price"], line["apps"]) == ("family", 1250, [])
    assert sorted((each["title"], each["amount"]) for each in line["given_back"]) == [
        ("Family", -1000),
        ("Family", -250),
    ]
    assert "plan -1000 EUR" in (await reader.get(f"{PLAN}/statements/2026-07.csv")).text
    assert (await hoster.get("/payouts/2026-07")).json() == []
    earned = (await hoster.get("/earnings/2026-07")).json()
    assert sorted((each["amount"], each["to_host"]) for each in earned) == [
        (-1000, -1000),
        (-250, -250),
        (1250, 1250),
    ]
    hosted = (await hoster.get(URL)).json()["data"]["attributes"]
    assert (hosted["plan"], "unpaid_since" in hosted) == ("family", False)
    stranger = stripe.charge("ch_3", 100, at, customer="cus_of_another_shop")
    assert await tell("charge.refunded", stranger, "evt_5") == 200


async def test_the_plan_that_an_owner_has_already_can_be_paid_for_at_what_it_costs_them(
    plans, hoster, reader, stripe, tell
):
    school = {"title": "School", "price": 900}  # which nobody can ask for
    await hoster.put("/plans/school", json=school)
    await hoster.patch(URL, params={"Plan": "school"})
    await hoster.put("/plans/school", json={**school, "price": 1100})
    assert "Pay for it each month" in (await reader.get(PLAN)).text
    await reader.submit(f"{PLAN}/paying", page=PLAN, plan="school")
    assert stripe.asked[1][1]["line_items[0][price_data][unit_amount]"] == "900"
    begun = {"customer": "cus_1", "subscription": "sub_1", "metadata": {"plan": "school"}}
    await tell("checkout.session.completed", begun)
    assert "Pay for it each month" not in (await reader.get(PLAN)).text
    (line,) = (await hoster.get("/statements/2026-07")).json()
    assert (line["plan"], line["price"]) == ("school", 900)


async def test_a_new_subscription_that_is_paid_ends_the_open_bill_of_the_one_before(
    plans, hoster, reader, tell
):
    await reader.submit(f"{PLAN}/paying", page=PLAN, plan="family")
    begun = {
        "customer": "cus_1",
        "subscription": "sub_1",
        "metadata": {"plan": "family"},
        "payment_status": "paid",
    }
    bill = {"customer": "cus_1", "subscription": "sub_1"}
    await tell("checkout.session.completed", begun, "evt_1", created=10)
    await tell("invoice.payment_failed", bill, "evt_2", created=20)
    await tell("checkout.session.completed", {**begun, "subscription": "sub_2"}, "evt_3", created=50)
    await tell("invoice.payment_failed", bill, "evt_4", created=30)  # late, and of the one before
    known = (await hoster.get(URL)).json()["data"]["attributes"]
    assert (known["plan"], "unpaid_since" in known) == ("family", False)
