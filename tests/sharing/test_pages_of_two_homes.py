"""The whole way by the pages alone: somebody shares, the other is asked, says yes, and both can end it."""

from __future__ import annotations

from cozy.rooms.files import service as files
from cozy.rooms.notifications import service as notifications


async def titles(place):
    """What the bell of a home says, the last first."""
    return await place.read(
        lambda work: [notifications.said(work, each).title for each in notifications.listed(work, None)]
    )


async def test_a_folder_is_shared_taken_and_ended(street, alice, bob):
    folder = await alice.write(files.create_folder, files.ROOT, "Brittany")
    async with alice.browser() as hers, bob.browser() as his:
        answer = await hers.submit(f"/my/shared/with/folder/{folder.id}", who=bob.origin, may="change")
        assert answer.status_code == 303
        await street.settle()
        (shared,) = await alice.sharings()
        assert "Invited" in (await hers.get(f"/my/shared/{shared.id}")).text

        asked = (await his.get(f"/my/shared/{shared.id}")).text
        assert "Alice would like to share the folder “Brittany” with you" in asked
        assert "Alice (alice.localhost:8080) shares something with you" in await titles(bob)
        answer = await his.submit("/auth/authorize/sharing", sharing_id=shared.id, state="", answer="yes")
        assert "You take part." in await his.landed(answer)
        await street.settle()
        assert "Bob accepted your invitation" in await titles(alice)
        page = (await hers.get(f"/my/shared/{shared.id}")).text
        assert "Takes part" in page
        assert "/my/access/journal?who=client%3A" in page
        assert "You and Bob" in (await hers.get("/my/drive")).text

        await his.submit(f"/my/shared/{shared.id}/leave")
        await street.settle()
        assert "Bob no longer takes part" in await titles(alice)
        assert "You and Bob" not in (await hers.get("/my/drive")).text


async def test_who_shares_stops_and_the_other_is_told(street, alice, bob):
    folder = await alice.write(files.create_folder, files.ROOT, "Brittany")
    async with alice.browser() as hers, bob.browser() as his:
        await hers.submit(f"/my/shared/with/folder/{folder.id}", who=bob.origin, may="look")
        await street.settle()
        (shared,) = await alice.sharings()
        await his.submit("/auth/authorize/sharing", sharing_id=shared.id, state="", answer="yes")
        await street.settle()
        await hers.submit(f"/my/shared/{shared.id}/stop")
        await street.settle()
        assert "Alice shares something no longer" in await titles(bob)
        assert "This is no longer shared." in (await his.get(f"/my/shared/{shared.id}")).text


async def test_somebody_invited_by_mail_gives_their_address_and_is_asked_at_home(street, alice, bob):
    folder = await alice.write(files.create_folder, files.ROOT, "Brittany")
    async with alice.browser() as hers, alice.api("") as stranger, bob.browser() as his:
        answer = await hers.submit(f"/my/shared/with/folder/{folder.id}", who="bob@example.net", may="change")
        assert "bob@example.net is invited." in await hers.landed(answer)
        await street.settle()
        (mail,) = alice.mails.messages
        assert (mail.to, mail.subject) == ("bob@example.net", "Alice shares “Brittany” with you")
        assert "You may change it, and everybody who takes part sees the same." in mail.text
        assert "alice.localhost" in mail.html
        link = alice.mails.links("bob@example.net")[0]
        assert "Where is your home?" in (await stranger.get(link)).text
        fields = {"state": link.rpartition("state=")[2], "url": bob.origin}
        answer = await stranger.post(link.partition("?")[0], data=fields)
        assert answer.status_code == 302
        assert "home-at" in answer.headers["set-cookie"]
        there = answer.headers["location"]
        assert there.startswith(f"{bob.origin}/auth/authorize/sharing?")
        assert "Alice would like to share" in (await his.get(there)).text
