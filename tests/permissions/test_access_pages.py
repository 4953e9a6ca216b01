"""Who can see what, over HTTP: what the pages say, what their forms do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cozy.kernel.clock import iso
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NoGrant
from cozy.rooms.permissions.model import Rule

FILES, CONTACTS = (
    Rule("io.cozy.files", description="To keep your recipes"),
    Rule("io.cozy.contacts", ("GET",)),
)


@pytest.fixture
async def recipes(granted):
    """An app that sees files and contacts."""
    return await granted(
        "app", "recipes", {"files": FILES, "contacts": CONTACTS}, title="Recipes", purpose="Menus"
    )


@pytest.fixture
async def link(granted):
    """A link to a contact that ends in a week."""
    ends = "2026-07-25T14:02:00.000000Z"
    return await granted(
        "share", "drive", {"c": Rule("io.cozy.contacts", ("GET",), ("1",))}, title="Album", expires_at=ends
    )


@pytest.fixture
async def ended(granted):
    """A link whose time is over since yesterday."""
    ends = "2026-07-17T14:02:00.000000Z"
    return await granted(
        "share", "old", {"c": Rule("io.cozy.contacts", ("GET",), ("1",))}, title="Old", expires_at=ends
    )


async def test_a_home_that_nobody_sees_says_so(reader):
    page = (await reader.get("/my/access")).text
    assert "Only you see what is in this home" in page


async def test_each_grant_is_told_in_words(reader, recipes, link):
    page = (await reader.get("/my/access")).text
    assert "Can change your files. Can see your contacts." in page
    assert "Until 25 July 2026" in page
    assert "Until you stop it" in page


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("app", "apps"), ("konnector", "apps"), ("oauth", "devices"), ("cli", "devices"), ("share", "links"),
     ("share-preview", "people"), ("share-interact", "people")],
)  # fmt: skip
async def test_every_kind_of_grant_is_listed_under_one_tab(reader, granted, type_, kind):
    await granted(type_, "x", {"c": CONTACTS}, title="Somebody special")
    shown = {
        tab
        for tab in ("people", "links", "apps", "devices")
        if "Somebody special" in (await reader.get(f"/my/access/{tab}")).text
    }
    assert shown == {kind}
    assert "Somebody special" in (await reader.get("/my/access")).text


async def test_there_is_no_other_tab(reader):
    assert (await reader.get("/my/access/everybody")).status_code == 404


async def test_a_grant_without_a_title_is_called_by_what_is_known(reader, granted):
    await granted("app", "my-recipes", {"c": CONTACTS})
    await granted("oauth", "0123", {"c": CONTACTS})
    page = (await reader.get("/my/access")).text
    assert "My recipes" in page
    assert ">Device</a>" in page


async def test_narrowing_takes_away_what_is_not_ticked(reader, recipes, look):
    url = f"/my/access/grants/{recipes.id}"
    answer = await reader.submit(url, keep=["files"], see_only=["files"], end="date", day="2026-08-03")
    assert "Saved." in await reader.landed(answer)
    found = await look(permissions.fetch, recipes.id)
    assert found.rules == {"files": Rule("io.cozy.files", ("GET",), description="To keep your recipes")}
    assert found.expires_at == "2026-08-04T00:00:00.000000Z"
    page = (await reader.get(url)).text
    assert 'value="2026-08-03"' in page


async def test_an_end_in_the_past_is_asked_again_and_changes_nothing(reader, recipes, look):
    answer = await reader.submit(
        f"/my/access/grants/{recipes.id}", keep=["files"], end="date", day="2020-01-01"
    )
    assert answer.status_code == 422
    assert "Choose a day that is still to come." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert await look(permissions.fetch, recipes.id) == recipes


async def test_nothing_ticked_is_asked_again(reader, recipes, look):
    answer = await reader.submit(f"/my/access/grants/{recipes.id}", end="")
    assert answer.status_code == 422
    assert "Keep at least one thing" in answer.text
    assert await look(permissions.fetch, recipes.id) == recipes


async def test_a_form_cannot_widen_a_grant(reader, recipes, look):
    await reader.submit(f"/my/access/grants/{recipes.id}", keep=["files", "everything"], end="")
    assert set((await look(permissions.fetch, recipes.id)).rules) == {"files"}


async def test_stopping_an_app_ends_its_grant_and_can_be_undone(reader, recipes, look, clock):
    page = await reader.landed(await reader.submit(f"/my/access/grants/{recipes.id}/stop"))
    assert "Recipes sees nothing of your home any more." in page
    assert (await look(permissions.fetch, recipes.id)).expires_at == iso(clock.now)
    undo = f"/my/access/grants/{recipes.id}/again?until="
    assert f'action="{undo}"' in page
    assert "Recipes works again." in await reader.landed(await reader.submit(undo))
    assert (await look(permissions.fetch, recipes.id)).expires_at == ""


async def test_stopping_a_device_asks_first_and_takes_its_grant_back(reader, granted, look):
    phone = await granted("oauth", "0123", {"c": CONTACTS}, title="Phone")
    url = f"/my/access/grants/{phone.id}/stop"
    assert "Stop “Phone”?" in (await reader.get(url)).text
    assert "Phone sees nothing of your home any more." in await reader.landed(await reader.submit(url))
    with pytest.raises(NoGrant):
        await look(permissions.fetch, phone.id)
    assert (await reader.get(url)).status_code == 404


async def test_stopping_a_link_can_be_undone(reader, link, look, clock):
    page = await reader.landed(await reader.submit(f"/my/access/grants/{link.id}/stop"))
    assert "The link “Album” opens nothing any more." in page
    assert (await look(permissions.fetch, link.id)).expires_at == iso(clock.now)
    undo = f"/my/access/grants/{link.id}/again?until=2026-07-25T14:02:00.000000Z"
    assert f'action="{undo}"' in page
    assert "Album works again." in await reader.landed(await reader.submit(undo))
    assert await look(permissions.fetch, link.id) != link
    assert (await look(permissions.fetch, link.id)).expires_at == link.expires_at


async def test_a_link_that_has_ended_says_so_and_can_be_removed(reader, ended, look):
    page = (await reader.get("/my/access/links")).text
    assert "Ended on 17 July 2026" in page
    await reader.submit(f"/my/access/grants/{ended.id}/stop")
    with pytest.raises(NoGrant):
        await look(permissions.fetch, ended.id)


async def test_an_undo_that_makes_no_sense_is_refused(reader, link):
    assert (await reader.submit(f"/my/access/grants/{link.id}/again?until=banana")).status_code == 422


async def test_what_ended_can_be_given_a_new_end(reader, ended, look, clock):
    page = (await reader.get(f"/my/access/grants/{ended.id}")).text
    assert "It has ended" in page
    await reader.submit(f"/my/access/grants/{ended.id}", keep=["c"], end="30")
    assert (await look(permissions.fetch, ended.id)).expires_at == iso(clock.now + timedelta(days=30))


async def test_what_an_app_says_of_itself_is_never_markup(reader, granted):
    evil = "<script>alert(1)</script>"
    given = await granted(
        "app", evil, {evil: Rule(evil, ("GET",), (evil,), evil, evil)}, title=evil, purpose=evil
    )
    for url in ("/my/access", f"/my/access/grants/{given.id}", f"/my/access/grants/{given.id}/stop"):
        page = (await reader.get(url)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
