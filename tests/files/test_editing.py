"""Pictures turned and cut: what they were stays."""

import pytest

from cozy.kernel.caller import NOBODY
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import BadCut, BadPicture, Changed, NoFile, NoVersion
from tests.browser import samples
from tests.conftest import OWNER
from tests.files.photos import opened, photo

SEPTEMBER = "2016:09:18 20:38:04"
Edit = files.Edit


@pytest.fixture
async def picture(client):
    return await client.upload("a.jpg", photo(SEPTEMBER, offset="+02:00", size=(64, 48)))


@pytest.fixture
def content(client):
    async def content(id_: str) -> bytes:
        return (await client.get(f"/files/download/{id_}")).content

    return content


async def test_a_turned_picture_is_the_next_content_and_the_original_a_version(
    client, house, home, picture, content
):
    before = await content(picture["id"])
    edited = await files.edit(house, home, OWNER, picture["id"], Edit(turn=90))
    assert edited.body["metadata"]["orientation"] == 6
    assert edited.body["metadata"]["datetime"] == "2016-09-18T18:38:04.000000Z"
    assert edited.body["created_at"] == picture["attributes"]["created_at"]
    kept = await house.read(home, OWNER, files.original, edited.id)
    assert (kept.sha256, kept.body["tags"]) == (picture["attributes"]["sha256"], ["original"])
    again = await files.edit(house, home, OWNER, edited.id, Edit(turn=270, width=0.5))
    assert opened(await content(again.id)).size == (32, 48)
    assert (await house.read(home, OWNER, files.original, edited.id)).sha256 == kept.sha256
    back = await house.write(home, OWNER, files.back_to_original, edited.id)
    assert await content(back.id) == before
    assert back.body["metadata"] == picture["attributes"]["metadata"]


async def test_the_original_stays_however_often_a_picture_is_edited(client, house, home, picture, clock):
    for _ in range(house.settings.versions_kept + 2):
        clock.advance(hours=1)
        await files.edit(house, home, OWNER, picture["id"], Edit(turn=90))
    kept = await house.read(home, OWNER, files.original, picture["id"])
    assert kept.sha256 == picture["attributes"]["sha256"]


@pytest.mark.parametrize(
    "change",
    [Edit(turn=45), Edit(left=-0.1), Edit(left=0.6, width=0.5), Edit(height=0), Edit(top=float("nan"))],
)
async def test_nonsense_is_refused(house, home, picture, change):
    with pytest.raises(BadCut):
        await files.edit(house, home, OWNER, picture["id"], change)


async def test_what_is_no_picture_or_has_changed_stays(client, house, home, picture):
    text = await client.upload("a.txt", b"text")
    broken = await client.upload("b.jpg", b"no picture at all")
    for file in (text, broken):
        with pytest.raises(BadPicture):
            await files.edit(house, home, OWNER, file["id"], Edit(turn=90))
    with pytest.raises(Changed):
        await files.edit(house, home, OWNER, picture["id"], Edit(turn=90), rev="1-old")
    same = await files.edit(house, home, OWNER, picture["id"], Edit())
    assert same.rev == picture["meta"]["rev"]
    with pytest.raises(NoVersion):
        await house.write(home, OWNER, files.back_to_original, picture["id"])


async def test_only_who_may_write_edits(house, home, picture):
    with pytest.raises(NoFile):
        await files.edit(house, home, NOBODY, picture["id"], Edit(turn=90))


async def test_a_refused_edit_leaves_no_bytes(client, house, home):
    large = await client.upload("a.jpg", samples.picture(0.3, 2400, 1800))
    before = len(list(house.blobs.stored(home.id)))
    with pytest.raises(Changed):
        await files.edit(house, home, OWNER, large["id"], Edit(turn=90), rev="1-old")
    assert len(list(house.blobs.stored(home.id))) == before
