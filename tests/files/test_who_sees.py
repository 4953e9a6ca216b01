"""Every page of the drive says who sees what is on it: nobody but the owner, or whoever was given leave."""

from __future__ import annotations

import re

import pytest

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.rooms.files import service as files
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.conftest import OWNER


@pytest.fixture
async def trip(house, home) -> tuple[files.File, files.File]:
    """A folder, and a folder in it."""
    outer = await house.write(home, OWNER, files.create_folder, files.ROOT, "Trip")
    return outer, await house.write(home, OWNER, files.create_folder, outer.id, "Tickets")


@pytest.fixture
def granted(house, home):
    """Gives leave to see files: all of them without ids."""

    async def granted(type_, source, *ids, title="", verbs=("GET",), expires_at=""):
        rules = {"files": Rule("io.cozy.files", verbs, ids)}
        return await house.write(
            home,
            SYSTEM,
            lambda work: permissions.grant(work, type_, source, rules, title=title, expires_at=expires_at),
        )

    return granted


async def head(reader, url) -> str:
    """Who sees what a page is about."""
    page = (await reader.get(url)).text
    found = re.search(r'<div class="head">.*?class="who"[^>]*><svg.*?</svg> ([^<]+)<', page, re.DOTALL)
    assert found, page
    return found[1]


async def line(reader, url, name) -> str:
    """Who sees a line of a list."""
    page = (await reader.get(url)).text
    found = re.search(rf'data-name="{name}".*?class="who"><svg.*?</svg> ([^<]+)<', page, re.DOTALL)
    assert found, page
    return found[1]


async def test_what_nobody_was_given_only_the_owner_sees(reader, trip, granted):
    await granted("app", "adder", title="Adder", verbs=("POST",))
    outer, inner = trip
    assert await head(reader, "/my/drive") == "Only you see this folder"
    assert await line(reader, "/my/drive", "Trip") == "Only you"
    assert await head(reader, f"/my/drive/{inner.id}") == "Only you see this folder"
    assert "Only you" in (await reader.get(f"/my/file/{outer.id}/details")).text


async def test_an_app_for_all_files_sees_each(reader, trip, granted):
    await granted("app", "recipes", title="Recipes")
    assert await head(reader, "/my/drive") == "You and Recipes"
    assert await line(reader, "/my/drive", "Trip") == "You and Recipes"
    assert "You and Recipes" in (await reader.get(f"/my/file/{trip[0].id}/details")).text


async def test_a_link_to_a_folder_shows_there_and_below_but_not_above(reader, trip, granted):
    outer, inner = trip
    await granted("share", "io.cozy.apps/drive", outer.id)
    assert await head(reader, "/my/drive") == "Only you see this folder"
    assert await line(reader, "/my/drive", "Trip") == "You and whoever has the link"
    assert await head(reader, f"/my/drive/{outer.id}") == "You and whoever has the link"
    assert await line(reader, f"/my/drive/{outer.id}", "Tickets") == "You and whoever has the link"
    assert await head(reader, f"/my/drive/{inner.id}") == "You and whoever has the link"


async def test_what_has_ended_is_not_named(reader, trip, granted, clock):
    await granted("share", "io.cozy.apps/drive", trip[0].id, expires_at=iso(clock.now))
    assert await head(reader, f"/my/drive/{trip[0].id}") == "Only you see this folder"


@pytest.mark.parametrize(("number", "said"), [(2, "You, App 0 and App 1"), (3, "You and 3 others")])
async def test_many_are_counted(reader, granted, number, said):
    for n in range(number):
        await granted("app", f"app{n}", title=f"App {n}")
    assert await head(reader, "/my/drive") == said


async def test_several_links_are_named_once(reader, trip, granted):
    await granted("share", "a", trip[0].id)
    await granted("share", "b", trip[0].id)
    assert await head(reader, f"/my/drive/{trip[0].id}") == "You and whoever has the link"


async def test_a_file_says_so_on_its_page(reader, house, home, granted):
    file = await house.write(
        home, OWNER, files.create_file, files.ROOT, "cake.txt", inline_content(b"cake"), "text/plain"
    )
    assert await head(reader, f"/my/file/{file.id}") == "Only you"
    await granted("oauth", "0123", file.id, title="Phone")
    assert await head(reader, f"/my/file/{file.id}") == "You and Phone"


async def test_all_who_see_it_are_named_with_what_they_may_do(reader, trip, granted):
    outer, inner = trip
    app = await granted("app", "recipes", title="Recipes", verbs=("GET", "POST"))
    link = await granted("share", "io.cozy.apps/drive", outer.id, expires_at="2035-08-03T00:00:00Z")
    await granted("app", "adder", title="Adder", verbs=("POST",))
    page = (await reader.get(f"/my/file/{inner.id}/who")).text
    for said in (
        "Recipes",
        "Can change your files.",
        "Whoever has the link",
        "Can see “Trip”.",
        "2 August 2035",
    ):
        assert said in page
    for grant in (app, link):
        assert f'href="/my/access/grants/{grant.id}"' in page
    assert "Adder" not in page
    assert f'href="/my/file/{inner.id}/who"' in (await reader.get(f"/my/drive/{inner.id}")).text


async def test_what_only_the_owner_sees_says_so(reader, trip):
    assert "Nobody else." in (await reader.get(f"/my/file/{trip[0].id}/who")).text
    assert (await reader.get("/my/file/nothing/who")).status_code == 404


async def test_leave_for_something_else_is_not_told_beside_files(reader, house, home):
    rules = {"files": Rule("io.cozy.files", ("GET",)), "people": Rule("io.cozy.contacts")}
    await house.write(home, SYSTEM, lambda work: permissions.grant(work, "oauth", "0123", rules))
    page = (await reader.get(f"/my/file/{files.ROOT}/who")).text
    assert "Can see your files." in page
    assert "your contacts" not in page
