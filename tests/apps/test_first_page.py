"""The first page of a home: what stands on it, and what needs the owner."""

from __future__ import annotations

from cozy.kernel.caller import SYSTEM
from cozy.rooms.apps import service as apps
from cozy.rooms.permissions import service as permissions
from tests.apps.offers import RECIPES, offer
from tests.apps.test_pages import ALL, folder, house, install, look

__all__ = ["folder", "house", "look"]


async def test_an_empty_home_says_who_sees_it_and_what_can_be_done(reader):
    page = (await reader.get("/my")).text
    assert "Only you see what is in this home" in page
    assert "Choose files" in page
    assert 'href="/my/store"' in page


async def test_what_is_installed_can_be_opened_from_there(reader):
    await install(reader, "recipes", keep=ALL, end="")
    await install(reader, "power", keep=["bills"], end="")
    page = (await reader.get("/my")).text
    assert 'href="http://recipes.alice.localhost:8080/" hx-boost="false"' in page
    assert 'href="/my/connectors/power"' in page
    assert "You see what is in this home; 2 others see what you allowed" in page


async def test_who_sees_nothing_any_more_is_not_counted(reader, look, house, home):
    await install(reader, "recipes", keep=ALL, end="")
    await house.write(home, SYSTEM, permissions.withdraw, await look(permissions.of_source, "app", "recipes"))
    assert "Only you see what is in this home" in (await reader.get("/my")).text


async def test_a_home_without_a_recovery_code_says_so(reader):
    page = (await reader.get("/my")).text
    assert "You have no recovery code yet" in page
    assert 'href="/my/settings/security/recovery-code"' in page


async def test_an_update_that_waits_says_so(reader, folder, house, home):
    await install(reader, "recipes", keep=ALL, end="")
    assert "asks for more than before" not in (await reader.get("/my")).text
    more = {**RECIPES["permissions"], "calendar": {"type": "io.cozy.calendar.events"}}
    offer(folder, {**RECIPES, "version": "2.0.0", "permissions": more})
    await apps.daily.update_all(house, home)
    page = (await reader.get("/my")).text
    assert "Recipes 2.0.0 asks for more than before." in page
    assert 'href="/my/apps/recipes/update"' in page
