"""The pages of sharing, as the owner's browser gets them without scripts."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.rooms.contacts import service as contacts
from cozy.rooms.files import service as files
from cozy.rooms.sharing import store
from cozy.rooms.sharing.events import InvitationDue
from cozy.rooms.sharing.model import Standing
from cozy.rooms.sharing.service import keeping, people

from .shared import BOB, CAROL, given_by_owner, given_to_owner


@pytest.fixture
def do(house, home):
    """Changes the home: `await do(given_by_owner, "Brittany", BOB)`."""

    async def do(fn, *args, **kwargs):
        return await house.write(home, SYSTEM, fn, *args, **kwargs)

    return do


async def test_a_home_that_shares_nothing_says_so(reader):
    page = (await reader.get("/my/shared")).text
    assert "Nothing is shared yet" in page
    assert "You share with nobody yet" in (await reader.get("/my/shared/people")).text


async def test_what_is_shared_is_told_with_whom_and_how_it_stands(reader, do):
    await do(given_by_owner, "Brittany", BOB, CAROL)
    await do(given_to_owner, "Tides", is_in=True)
    page = (await reader.get("/my/shared")).text
    assert "Bob and Carol" in page
    assert "1 has not answered yet" in page
    assert "From Ana" in page
    assert "You may change it" in page
    assert "Tides" not in (await reader.get("/my/shared/by-me")).text
    assert "Brittany" not in (await reader.get("/my/shared/with-me")).text


async def test_an_invitation_waits_in_the_menu_on_the_first_page_and_on_its_own(reader, do):
    asked = await do(given_to_owner)
    first = (await reader.get("/my")).text
    assert "Ana would like to share the folder “Roscoff” with you." in first
    assert '<span class="count">1<span class="vh"> to answer</span></span>' in first
    page = (await reader.get(f"/my/shared/{asked.id}")).text
    for told in (
        "Ana would like to share the folder “Roscoff” with you",
        "From ana.localhost:8080 to alice.localhost",
        "The folder “Roscoff”, with 42 files",
        "Only Ana and you.",
        "Change it. What you change reaches everybody who takes part",
        "in the folder “Shared with me”",
        "You keep what is in your home by then.",
        "The name is what this home says of itself.",
    ):
        assert told in page


async def test_who_may_only_look_is_told_so(reader, do):
    here = {
        "members": (
            replace(BOB, status="owner"),
            replace(BOB, status="pending", read_only=True, instance="http://alice.localhost:8080"),
        )
    }
    asked = await do(given_to_owner, **here)
    page = (await reader.get(f"/auth/authorize/sharing?sharing_id={asked.id}&state=abc")).text
    assert "Look at it and copy it." in page
    assert "Your name and your address. Nothing else." in page


async def test_declining_leaves_nothing(reader, do):
    asked = await do(given_to_owner)
    assert "nobody is told" in (await reader.get(f"/my/shared/{asked.id}/decline")).text
    answer = await reader.submit(f"/my/shared/{asked.id}/decline")
    assert "You declined the folder “Roscoff”." in await reader.landed(answer)
    assert await do(keeping.all_) == []


async def test_enter_in_no_field_answers_nothing(reader, do):
    asked = await do(given_to_owner)
    shown = await reader.submit("/auth/authorize/sharing", sharing_id=asked.id, state="abc", answer="")
    assert "would like to share" in shown.text
    assert await do(people.waiting) == 1


async def test_nobody_sees_an_invitation_before_they_are_in(anonymous, do):
    asked = await do(given_to_owner)
    shown = await anonymous.get(
        f"/auth/authorize/sharing?sharing_id={asked.id}&state=abc", headers={"accept": "text/html"}
    )
    assert shown.status_code == 303
    assert "Roscoff" not in shown.text


async def test_the_link_of_an_answered_invitation_leads_to_what_is_here(reader, do):
    shared = await do(given_to_owner, is_in=True)
    answer = await reader.get(f"/auth/authorize/sharing?sharing_id={shared.id}&state=abc")
    assert answer.headers["location"] == f"/my/shared/{shared.id}"


async def test_the_first_copy_shows_how_far_it_is(reader, do):
    shared = await do(
        given_to_owner, "Tides", is_in=True, initial_sync=True, initial_number_of_files_to_sync=4
    )
    await do(files.create_file, shared.rules[0].values[0], "one.txt", _content(), "text/plain")
    page = (await reader.get(f"/my/shared/{shared.id}")).text
    assert 'value="25"' in page
    assert "25 % of 4 files" in page


def _content():
    from cozy.backends.disk import inline_content

    return inline_content(b"hello")


async def test_a_home_that_does_not_answer_or_refuses_is_told_with_a_way_to_mend(reader, do):
    shared = await do(
        given_by_owner,
        "Brittany",
        BOB,
        replace(BOB, name="Dan", email="dan@example.org", instance="http://dan.localhost"),
    )
    await do(store.put_standing, shared.id, 1, Standing(away_since="2026-07-15T10:00:00Z"))
    await do(store.put_standing, shared.id, 2, Standing(heard_at="2026-07-18T10:00:00Z", trouble="gone"))
    page = (await reader.get(f"/my/shared/{shared.id}")).text
    assert "Has not answered since" in page
    assert "goes there as soon as their home answers" in page
    assert "The way is broken" in page
    assert "Invite again: Dan" in page


async def test_stopping_with_one_person_is_undone_by_inviting_them_again(reader, do, house, home):
    shared = await do(given_by_owner, "Brittany", BOB, CAROL)
    key = people.key_of(CAROL)
    page = (await reader.get(f"/my/shared/people/{key}")).text
    assert f'action="/my/shared/{shared.id}/members/2/stop"' in page
    answer = await reader.submit(f"/my/shared/{shared.id}/members/2/stop")
    landed = await reader.landed(answer)
    assert "The invitation of Carol is withdrawn." in landed
    assert "carol@example.org" not in landed.split("<main")[1]
    await reader.submit(f"/my/shared/{shared.id}/members/2/again")
    again = await do(keeping.fetch, shared.id)
    assert again.members[2].is_waiting
    assert again.credentials[1].state not in {"", "state1"}


async def test_stopping_ends_it_for_everybody_and_the_person_is_gone(reader, do):
    shared = await do(given_by_owner, "Brittany", BOB)
    assert "Bob no longer follows what you change." in (await reader.get(f"/my/shared/{shared.id}/stop")).text
    answer = await reader.submit(f"/my/shared/{shared.id}/stop")
    assert "Nobody follows the folder “Brittany” any more." in await reader.landed(answer)
    assert (await reader.get(f"/my/shared/people/{people.key_of(BOB)}")).status_code == 404
    assert "This is no longer shared." in (await reader.get(f"/my/shared/{shared.id}")).text


async def test_leaving_says_what_it_means_and_keeps_the_copy(reader, do):
    shared = await do(given_to_owner, "Tides", is_in=True)
    assert "is yours alone from now on" in (await reader.get(f"/my/shared/{shared.id}/leave")).text
    answer = await reader.submit(f"/my/shared/{shared.id}/leave")
    assert "You left the folder “Tides”." in await reader.landed(answer)
    assert (await do(files.fetch, shared.rules[0].values[0])).name == "Tides"


async def test_a_member_who_has_not_answered_may_be_let_only_look(reader, do):
    shared = await do(given_by_owner, "Brittany", CAROL)
    answer = await reader.submit(f"/my/shared/{shared.id}/members/1/may", may="look")
    assert "Carol may look, and change nothing." in await reader.landed(answer)
    assert (await do(keeping.fetch, shared.id)).members[1].read_only


@pytest.mark.parametrize(
    "path", ["nothing", "nothing/stop", "nothing/leave", "nothing/decline", "nothing/invite", "people/nobody"]
)
async def test_there_is_nothing_at_other_addresses(reader, path):
    assert (await reader.get(f"/my/shared/{path}")).status_code == 404


async def test_a_member_that_there_is_not_cannot_be_stopped(reader, do):
    shared = await do(given_by_owner, "Brittany", BOB)
    for index in ("0", "7", "x"):
        assert (await reader.submit(f"/my/shared/{shared.id}/members/{index}/stop")).status_code == 404


# --- sharing something ---


@pytest.fixture
async def folder(do):
    return await do(files.create_folder, files.ROOT, "Brittany")


async def test_a_folder_is_shared_by_typing_a_mail_address(reader, do, folder):
    url = f"/my/shared/with/folder/{folder.id}"
    assert "Share the folder “Brittany” with people" in (await reader.get(url)).text
    answer = await reader.submit(
        url, who="bob@example.org", may="look", open="1", back=f"/my/drive/{folder.id}"
    )
    assert answer.headers["location"] == f"/my/drive/{folder.id}"
    (shared,) = await do(keeping.all_)
    assert (shared.description, shared.open_sharing, shared.app_slug) == ("Brittany", True, "drive")
    assert (shared.members[1].email, shared.members[1].read_only) == ("bob@example.org", True)
    assert (shared.rules[0].add, shared.rules[0].remove) == ("sync", "sync")


async def test_the_next_person_joins_the_same_sharing(reader, do, folder):
    url = f"/my/shared/with/folder/{folder.id}"
    await reader.submit(url, who="bob@example.org", may="change")
    await reader.submit(url, who="carol@example.org", may="change")
    (shared,) = await do(keeping.all_)
    assert [each.email for each in shared.members[1:]] == ["bob@example.org", "carol@example.org"]
    assert "carol@example.org" in (await reader.get(url)).text


async def test_a_group_is_invited_at_once(reader, do, folder):
    sam = await do(contacts.people.save, {"fullname": "Sam", "email": [{"address": "sam@example.org"}]})
    group = await do(contacts.groups.create, "Book club")
    await do(contacts.groups.put_into, group.id, [sam.id])
    answer = await reader.submit(f"/my/shared/with/folder/{folder.id}", who="Book club", may="change")
    assert "Everybody in “Book club” is invited." in await reader.landed(answer)
    (shared,) = await do(keeping.all_)
    assert [each.name for each in shared.groups] == ["Book club"]


async def test_of_several_people_who_are_called_so_one_is_chosen(reader, do, folder):
    for address in ("a@example.org", "b@example.org"):
        await do(contacts.people.save, {"fullname": "Sam Reed", "email": [{"address": address}]})
    url = f"/my/shared/with/folder/{folder.id}"
    shown = await reader.submit(url, who="Sam Reed", may="look")
    assert shown.status_code == 422
    assert "Who is meant by “Sam Reed”?" in shown.text
    known = {each.body["email"][0]["address"]: each.id for each in await do(contacts.people.all_)}
    answer = await reader.submit(url, who="Sam Reed", chosen=f"contact:{known['b@example.org']}", may="look")
    assert answer.status_code == 303
    (shared,) = await do(keeping.all_)
    assert shared.members[1].email == "b@example.org"


async def test_what_was_typed_stays_when_nobody_is_meant(reader, folder):
    shown = await reader.submit(f"/my/shared/with/folder/{folder.id}", who="Nobody Known", may="look")
    assert shown.status_code == 422
    assert 'value="Nobody Known"' in shown.text
    assert "Nobody in your contacts is called so" in shown.text


async def test_what_is_not_there_or_is_the_whole_home_cannot_be_shared(reader):
    for path in ("folder/unknown", f"folder/{files.ROOT}", "secrets/1", "contact/unknown"):
        assert (await reader.get(f"/my/shared/with/{path}")).status_code == 404


async def test_a_card_is_shared_too_and_says_so_on_its_page(reader, do):
    sam = await do(contacts.people.save, {"fullname": "Sam", "email": [{"address": "sam@example.org"}]})
    await reader.submit(f"/my/shared/with/contact/{sam.id}", who="bob@example.org", may="change")
    (shared,) = await do(keeping.all_)
    assert (shared.rules[0].doctype, shared.rules[0].remove) == ("io.cozy.contacts", "revoke")
    bob = next(each for each in await do(contacts.people.all_) if each.id != sam.id)
    page = (await reader.get(f"/my/contacts/{bob.id}")).text
    assert "Sees 1 thing of yours" not in page
    assert "Invited" in page
    await do(keeping.put, keeping.with_member(shared, 1, status="ready"))
    assert "Sees 1 thing of yours" in (await reader.get(f"/my/contacts/{bob.id}")).text


async def test_suggestions_come_as_options(reader, do):
    await do(contacts.people.save, {"fullname": "Sam", "email": [{"address": "sam@example.org"}]})
    page = (await reader.get("/my/shared/suggestions?who=sa")).text
    assert '<option value="Sam &lt;sam@example.org&gt;">' in page


async def test_who_can_see_what_lists_people_once(reader, do):
    await do(given_by_owner, "Brittany", BOB)
    page = (await reader.get("/my/access/people")).text
    assert page.count(">Bob</a>") == 1
    assert f"/my/shared/people/{people.key_of(BOB)}" in page


def test_inviting_again_makes_a_new_invitation(work):
    from cozy.rooms.sharing.service.again import invite_again

    shared = given_by_owner(work, "Brittany", BOB)
    work.published.clear()
    invited = invite_again(work, shared.id, 1, read_only=True)
    assert (invited.members[1].is_waiting, invited.members[1].read_only, invited.active) == (True, True, True)
    assert [each.index for each in work.published if isinstance(each, InvitationDue)] == [1]


# --- who was invited, before anybody knows where their home is ---


async def test_an_invited_person_is_asked_where_their_home_is_in_their_own_language(anonymous, do):
    shared = await do(given_by_owner, "Brittany", CAROL)
    url = f"/sharings/{shared.id}/discovery?state=state0"
    page = (await anonymous.get(url, headers={"accept-language": "fr"})).text
    assert "Alice partage «\N{NO-BREAK SPACE}Brittany\N{NO-BREAK SPACE}» avec vous" in page
    assert "Où est votre maison" in page
    wrong = await anonymous.post(
        f"/sharings/{shared.id}/discovery",
        data={"state": "state0", "url": "not a home"},
        headers={"accept-language": "fr"},
    )
    assert wrong.status_code == 400
    assert 'value="not a home"' in wrong.text
    assert "This is not the address of a home" not in wrong.text


async def test_the_link_of_an_invitation_that_is_over_says_so(anonymous, do):
    shared = await do(given_by_owner, "Brittany", BOB)
    assert "You are in already" in (await anonymous.get(f"/sharings/{shared.id}/discovery?state=state0")).text
    assert (
        "This invitation is over"
        in (await anonymous.get(f"/sharings/{shared.id}/discovery?state=wrong")).text
    )
