"""The store, and the pages of what is installed, over HTTP: what they say, what their forms do."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.errors import NoApp
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.apps.offers import DICE, RECIPES, offer, offer_all
from tests.reader import Reader

ALL = ["files", "contacts", "mail", "own"]


async def install(reader: Reader, slug: str, **fields: Any) -> str:
    """Say yes to the question of the store."""
    return await reader.landed(await reader.submit(f"/my/store/{slug}/install", answer="yes", **fields))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where apps are offered."""
    (tmp_path / "offers").mkdir()
    return offer_all(tmp_path / "offers")


@pytest.fixture
async def house(house, folder):
    """The house whose store is that folder, and which reads no app live."""
    settings = replace(house.settings, app_folders="", apps_offered=str(folder))
    return dataclasses.replace(house, settings=settings)


@pytest.fixture
def look(house, home):
    """What a service function says of the home."""

    async def look(fn, *args):
        return await house.read(home, SYSTEM, fn, *args)

    return look


@pytest.fixture
def french(house, home):
    """The owner reads French."""

    async def french():
        await house.write(
            home, SYSTEM, lambda work: homes.change_profile(work, replace(homes.profile(work), locale="fr"))
        )

    return french


async def test_the_store_says_of_each_app_who_made_it_and_what_it_sees(reader):
    page = (await reader.get("/my/store")).text
    assert "by The Cooks" in page
    assert (
        "Can change your files, what is kept as “com.example.recipes” and 1 more. Can see your contacts."
        in page
    )
    assert "Sees nothing of your home." in page
    assert 'src="/registry/recipes/1.0.0/icon"' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("?q=menus", {"Recipes"}), ("?q=cooks+RECIPES", {"Recipes"}), ("?show=connectors", {"Power"}), ("?show=apps", {"Recipes", "Dice"}),
     ("?q=electricity&show=apps", set()), ("?show=everything", {"Recipes", "Power", "Dice"})],
)  # fmt: skip
async def test_the_store_is_searched_and_sorted_by_kind(reader, query, found):
    page = (await reader.get(f"/my/store{query}")).text
    assert {name for name in ("Recipes", "Power", "Dice") if f">{name}</a></b>" in page} == found


async def test_the_store_speaks_the_language_of_the_owner(reader, french):
    await french()
    page = (await reader.get("/my/store/recipes")).text
    assert "Recettes" in page
    assert "Notez une recette une fois" in page
    assert "Pour ranger les photos des recettes" in page


async def test_a_home_without_a_store_says_so(reader, folder):
    for app in folder.iterdir():
        for file in app.rglob("manifest.*"):
            file.unlink()
    assert "Nothing was found" in (await reader.get("/my/store")).text


async def test_an_app_that_nobody_offers_is_not_found(reader):
    for url in (
        "/my/store/nothing",
        "/my/store/nothing/install",
        "/my/apps/recipes",
        "/my/apps/recipes/uninstall",
    ):
        assert (await reader.get(url)).status_code == 404, url


async def test_consent_names_everything_that_is_asked_with_its_reason(reader):
    page = (await reader.get("/my/store/recipes/install")).text
    ticked = re.findall(r'name="keep"[^>]* value="([^"]+)" checked><span>([^<]+)<', page)
    assert ticked == [
        ("files", "See, add, change and delete your files"), ("contacts", "See your contacts"),
        ("mail", "Add work in the background"), ("own", "See, add, change and delete what is kept as “com.example.recipes”"),
    ]  # fmt: skip
    assert "“To keep photos of the recipes”" in page
    assert "Will not see your calendars, your passwords and your bank accounts." in page


async def test_who_says_yes_to_everything_gets_the_app_with_everything(reader, look):
    assert "Recipes is installed." in await install(reader, "recipes", keep=ALL, end="")
    given = await look(permissions.of_source, "app", "recipes")
    assert set(given.rules) == set(ALL)
    assert given.expires_at == ""
    assert (await look(apps.manifest, "recipes")).is_usable


async def test_who_narrows_it_gives_no_more_than_that(reader, look):
    await install(
        reader,
        "recipes",
        keep=["files", "own", "everything"],
        see_only=["files"],
        end="date",
        day="2026-08-03",
    )
    given = await look(permissions.of_source, "app", "recipes")
    assert set(given.rules) == {"files", "own"}
    assert given.rules["files"].verbs == ("GET",)
    assert given.expires_at == "2026-08-04T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"keep": [], "end": ""}, "Tick at least one thing"),
        ({"keep": ["files"], "end": "date", "day": "2020-01-01"}, "still to come"),
    ],
)
async def test_an_answer_that_makes_no_sense_is_asked_again_and_installs_nothing(
    reader, look, fields, sentence
):
    answer = await reader.submit("/my/store/recipes/install", answer="yes", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    with pytest.raises(NoApp):
        await look(apps.manifest, "recipes")


async def test_not_now_installs_nothing(reader, look):
    answer = await reader.submit("/my/store/recipes/install", answer="no", keep=ALL)
    assert answer.headers["location"] == "/my/store/recipes"
    with pytest.raises(NoApp):
        await look(apps.manifest, "recipes")


async def test_an_app_that_asks_for_nothing_is_installed_with_nothing(reader, look):
    assert "Dice is installed." in await install(reader, "dice")
    assert (await look(permissions.of_source, "app", "dice")).rules == {}


async def test_an_app_that_is_here_is_not_asked_about_again(reader):
    await install(reader, "recipes", keep=ALL, end="")
    assert (await reader.get("/my/store/recipes/install")).headers["location"] == "/my/apps/recipes"
    assert "It is installed" in (await reader.get("/my/store/recipes")).text
    again = await reader.submit("/my/store/recipes/install", answer="yes", keep=ALL, end="")
    assert again.headers["location"] == "/my/apps/recipes"


def overfill(folder: Path, slug: str) -> None:
    """Put a file into an app whose path is longer than what is accepted."""
    deep = folder / slug / ("a" * 150) / ("b" * 150) / ("c" * 150)
    deep.mkdir(parents=True)
    (deep / "file").touch()


async def test_an_app_that_cannot_be_used_says_so_and_asks_again(reader, folder, look):
    overfill(folder, "recipes")
    answer = await reader.submit("/my/store/recipes/install", answer="yes", keep=["contacts"], end="30")
    assert answer.status_code == 422
    assert "This app is larger than what is accepted." in answer.text
    assert re.findall(r'name="keep"[^>]* value="([^"]+)" checked', answer.text) == ["contacts"]
    assert '<option value="30" selected>' in answer.text
    with pytest.raises(NoApp):
        await look(apps.manifest, "recipes")


async def test_a_connector_has_a_page_of_its_own(reader):
    page = await install(reader, "power", keep=["bills"], end="")
    assert "Power is installed." in page
    assert "See, add, change and delete your bills" in page
    assert "Open" not in re.findall(r"<main.*?</main>", page, re.DOTALL)[0].split("What it may do")[0]
    assert (await reader.get("/my/apps/power")).status_code == 404
    assert (await reader.get("/my/connectors/power")).status_code == 200


async def test_the_list_says_what_each_app_may_do_now(reader):
    await install(reader, "recipes", keep=["contacts"], end="")
    page = (await reader.get("/my/apps")).text
    assert "Can see your contacts." in page
    assert 'href="http://recipes.alice.localhost:8080/"' in page


async def test_removing_an_app_ends_its_grant_and_says_what_stays(reader, look):
    await install(reader, "recipes", keep=ALL, end="")
    question = (await reader.get("/my/apps/recipes/uninstall")).text
    assert "What it put among these stays, and is yours:" in question
    assert "your files" in question
    assert "work in the background" not in question
    page = await reader.landed(await reader.submit("/my/apps/recipes/uninstall"))
    assert "Recipes is gone. What it put in your home is still there." in page
    assert await look(permissions.of_source, "app", "recipes") is None


async def test_an_app_that_was_stopped_can_be_allowed_something_again(reader, look, house, home):
    await install(reader, "recipes", keep=ALL, end="")
    given = await look(permissions.of_source, "app", "recipes")
    await house.write(home, SYSTEM, permissions.withdraw, given)
    page = (await reader.get("/my/apps/recipes")).text
    assert "Sees nothing of your home." in page
    assert 'href="/my/apps/recipes/allow"' in page
    assert (await reader.submit("/my/apps/recipes/allow", answer="yes", end="")).status_code == 422
    await reader.landed(await reader.submit("/my/apps/recipes/allow", answer="no"))
    assert await look(permissions.of_source, "app", "recipes") is None
    await reader.landed(
        await reader.submit("/my/apps/recipes/allow", answer="yes", keep=["contacts"], end="7")
    )
    assert (await look(permissions.of_source, "app", "recipes")).rules == {
        "contacts": Rule("io.cozy.contacts", ("GET",), description="To invite people")
    }


async def test_an_app_whose_leave_has_ended_says_so(reader, look, house, home, clock):
    await install(reader, "recipes", keep=ALL, end="")
    given = await look(permissions.of_source, "app", "recipes")
    await house.write(home, SYSTEM, permissions.set_end, given, iso(clock.now))
    page = (await reader.get("/my/apps/recipes")).text
    assert "Its leave has ended" in page
    assert f'href="/my/access/grants/{given.id}"' in page


async def test_an_update_that_asks_for_more_waits_and_is_agreed_to(reader, look, folder, house, home):
    await install(reader, "recipes", keep=["files"], end="")
    more = {**RECIPES["permissions"], "calendar": {"type": "io.cozy.calendar.events", "verbs": ["GET"]}}
    offer(folder, {**RECIPES, "version": "2.0.0", "permissions": more})
    await apps.daily.update_all(house, home)
    page = (await reader.get("/my/apps/recipes")).text
    assert "Version 2.0.0 is there." in page
    question = (await reader.get("/my/apps/recipes/update")).text
    asked, before = question.split("What it asked for before")
    assert "See your calendars" in asked
    assert "See your contacts" in before
    kept = await reader.submit("/my/apps/recipes/update", answer="no")
    assert kept.headers["location"] == "/my/apps/recipes"
    assert (await look(apps.manifest, "recipes")).manifest.version == "1.0.0"
    assert "Recipes is up to date." in await reader.landed(
        await reader.submit("/my/apps/recipes/update", answer="yes")
    )
    assert set((await look(permissions.of_source, "app", "recipes")).rules) == {"files", "calendar"}


async def test_an_app_that_is_up_to_date_has_no_update(reader):
    await install(reader, "dice")
    assert "There is no newer version." in await reader.landed(await reader.get("/my/apps/dice/update"))


async def test_an_update_that_fails_is_told(reader, folder, look):
    await install(reader, "dice")
    offer(folder, {**DICE, "version": "9.0.0"})
    overfill(folder, "dice")
    page = await reader.landed(await reader.submit("/my/apps/dice/update", answer="yes"))
    assert "This app is larger than what is accepted." in page
    assert 'role="alert"' in page
    assert (await look(apps.manifest, "dice")).manifest.version == "0.1.0"


async def test_what_an_author_writes_is_never_markup(reader, folder):
    evil = "<script>alert(1)</script>"
    offer(folder, {**DICE, "name": evil, "editor": evil, "short_description": evil, "long_description": evil, "version": evil,
                   "screenshots": [evil], "terms": {"url": "javascript:alert(1)"},
                   "permissions": {evil: {"type": "io.cozy.files", "description": evil, "values": [evil]}}})  # fmt: skip
    await install(reader, "dice", keep=[evil], end="")
    for url in (
        "/my/store",
        "/my/store/dice",
        "/my/store/recipes/install",
        "/my/apps",
        "/my/apps/dice",
        "/my/apps/dice/uninstall",
        "/my/apps/dice/allow",
    ):
        page = (await reader.get(url)).text
        assert "<script>alert" not in page, url
        assert "javascript:" not in page, url
