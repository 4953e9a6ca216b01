"""What an owner sees of what they have with their host: plan, use and statements; and statements as papers."""

import pypdfium2
import pytest
from msgspec.structs import replace

from cozy.kernel.meter import Spent
from cozy.rooms.hosting.service import usage
from tests.conftest import DOMAIN

pytestmark = pytest.mark.anyio
URL = f"/instances/{DOMAIN}"
PLAN = "/my/settings/plan"
FREE = {"title": "Free", "quota": 100_000_000, "changeable": True}
FAMILY = {"title": "Family", "quota": 2_000_000_000, "price": 1250, "currency": "EUR", "changeable": True}


@pytest.fixture
def settings(settings):
    address = "1 rue des Lilas; 75011 Paris"
    return replace(settings, hoster_name="Maison des Homes", hoster_address=address)


@pytest.fixture
async def plans(hoster, house):
    await hoster.put("/plans/free", json=FREE)
    await hoster.put("/plans/family", json=FAMILY)
    await hoster.put("/plans/staff", json={"title": "Staff"})
    yield
    for table in ("plans", "agreed_plans", "usage_days"):
        await house.storage.host.write(lambda db, table=table: db.run(f"DELETE FROM {table}"))


def words(answer):
    assert answer.status_code == 200, (answer.status_code, answer.headers)
    assert answer.headers["content-type"] == "application/pdf"
    pdf = pypdfium2.PdfDocument(answer.content)
    return "\n".join(page.get_textpage().get_text_range() for page in pdf).replace("\xa0", " ")


async def test_the_owner_asks_for_a_plan_and_the_host_gives_it(plans, hoster, home, reader):
    page = (await reader.get(PLAN)).text
    assert "You have no plan" in page
    assert ("Family" in page, "Staff" in page) == (True, False)
    assert "€12.50 a month" in page
    assert (await reader.submit(f"{PLAN}/asked", page=PLAN, plan="staff")).status_code == 404
    assert (await reader.submit(f"{PLAN}/asked", page=PLAN, plan="family")).status_code == 303
    assert "Asked for" in (await reader.get(PLAN)).text
    shown = (await hoster.get(URL)).json()["data"]["attributes"]
    assert (shown.get("plan"), shown["plan_asked"]) == (None, "family")
    assert "Its owner asks for the plan “Family”." in (await hoster.get(f"/my/homes/{DOMAIN}")).text
    shown = (await hoster.patch(URL, params={"Plan": "family"})).json()["data"]["attributes"]
    assert (shown["plan"], "plan_asked" in shown) == ("family", False)
    page = (await reader.get(PLAN)).text
    assert ("You have no plan" in page, "Asked for" in page) == (False, False)


async def test_a_month_costs_what_its_plan_cost_when_the_home_got_it(plans, house, home, hoster, clock):
    await hoster.patch(URL, params={"Plan": "family"})
    clock.advance(days=31)
    await hoster.put("/plans/family", json={**FAMILY, "price": 9900})  # for homes that get it from now on
    clock.advance(days=31)
    await hoster.patch(URL, params={"Plan": "free"})
    prices = {}
    for month in ("2026-07", "2026-08", "2026-09"):
        (line,) = (await hoster.get(f"/statements/{month}")).json()
        prices[month] = (line["plan"], line["price"], line["currency"])
    assert prices == {
        "2026-07": ("family", 1250, "EUR"),
        "2026-08": ("family", 1250, "EUR"),
        "2026-09": ("free", 0, "EUR"),
    }
    assert (await hoster.get("/statements/2026-06")).json() == []


async def test_statements_are_taken_along_in_three_forms(plans, house, home, hoster, reader, clock):
    await hoster.patch(URL, params={"Plan": "family"})
    house.meter.note(home, Spent(1234, 100, 5_000_000))
    await usage.flush(house)
    at = f"{PLAN}/statements/2026-07"
    text = words(await reader.get(f"{at}.pdf?locale=fr"))
    for part in (
        "Maison des Homes",
        "75011 Paris",
        "Relevé, juillet 2026",
        DOMAIN,
        "Formule : Family",
        "12,50 €",
        "5 Mo",
    ):
        assert part in text, text
    assert "€12.50" in words(await hoster.get(f"/my/homes/{DOMAIN}/statements/2026-07.pdf?locale=en"))
    assert (await reader.get(f"{at}.json")).json()["price"] == 1250
    assert f"{DOMAIN},2026-07" in (await reader.get(f"{at}.csv")).text
    for wrong, status in (
        ("2026-05.pdf", 404),
        ("2026-08.pdf", 404),
        ("now.pdf", 422),
        ("2026-07.a%0D%0Ab: c", 404),
    ):
        assert (await reader.get(f"{PLAN}/statements/{wrong}")).status_code == status, wrong
    everything = words(await hoster.get("/my/costs/2026-07.pdf?locale=fr"))
    assert ("Ce que coûtent les maisons, juillet 2026" in everything, "12,50 €" in everything) == (True, True)
