"""Photos of people, in their cards and for browsers."""

import base64
import io

import pytest
from PIL import Image

from cozy.dav import lines
from cozy.kernel.caller import SYSTEM
from cozy.rooms.collections import service as collections
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import CONTACTS
from tests.contacts.conftest import card, put, text_of


def painted(colour="red", size=(900, 700), kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def colour(content):
    """Red, green and blue of a corner."""
    return Image.open(io.BytesIO(content)).convert("RGB").crop((10, 10, 11, 11)).tobytes()


@pytest.fixture
async def app(acting):
    return await acting("app", "contacts", "io.cozy.contacts")


@pytest.fixture
async def sent(house, home):
    """A phone sends a card; the address of the photo."""

    async def sent(more=""):
        entry = await house.write(home, SYSTEM, put, card("u1", "Ann", more))
        return f"/contacts/{entry.id}/avatar"

    return sent


async def kept(house, home, url):
    text = await house.read(home, SYSTEM, text_of, CONTACTS, url.split("/")[2])
    return lines.parse(text)[0].lines("PHOTO")


async def test_a_photo_of_a_phone_is_shown_drawn_anew(app, sent):
    photo = base64.b64encode(painted("blue")).decode()
    url = await sent(f"PHOTO;ENCODING=b;TYPE=PNG:{photo}\r\n")
    answer = await app.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert colour(answer.content)[2] > 200
    again = await app.get(url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_photo_that_is_chosen_is_in_the_card(app, sent, house, home):
    url = await sent("X-ODD:1\r\n")
    assert (await app.get(url)).status_code == 404
    assert (await app.put(url, content=painted("lime"))).status_code == 204
    (line,) = await kept(house, home, url)
    assert line.params() == {"ENCODING": ["b"], "TYPE": ["JPEG"]}
    picture = Image.open(io.BytesIO(base64.b64decode(line.value)))
    assert (picture.format, picture.size) == ("JPEG", (512, 512))
    assert colour((await app.get(url)).content)[1] > 200


async def test_a_photo_that_is_removed_is_in_no_card(app, sent, house, home):
    url = await sent()
    await app.put(url, content=painted())
    assert (await app.delete(url)).status_code == 204
    assert await kept(house, home, url) == []
    assert (await app.get(url)).status_code == 404


@pytest.mark.parametrize("content", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
async def test_what_is_no_picture_is_refused(app, sent, content):
    url = await sent()
    assert (await app.put(url, content=content)).status_code == 422
    assert (await app.get(url)).status_code == 404


@pytest.mark.parametrize(
    "photo", ["PHOTO;VALUE=uri:https://elsewhere.example/a.jpg", "PHOTO;ENCODING=b:bm8gcGljdHVyZQ=="]
)
async def test_what_a_card_only_points_to_or_is_broken_is_no_photo(app, sent, photo):
    assert (await app.get(await sent(f"{photo}\r\n"))).status_code == 404


async def test_who_may_not_read_contacts_sees_no_photo(acting, anonymous, sent):
    url = await sent()
    stranger = await acting("app", "notes", "io.cozy.notes")
    reader = await acting("app", "reader", "io.cozy.contacts:GET")
    assert (await stranger.get(url)).status_code == 403
    assert (await anonymous.get(url)).status_code == 401
    assert (await reader.put(url, content=painted())).status_code == 403
    assert (await reader.delete(url)).status_code == 403


async def test_the_photo_of_nobody_is_not_found(app):
    assert (await app.get("/contacts/nobody/avatar")).status_code == 404


def test_a_photo_in_version_4_is_found_too(work):
    photo = base64.b64encode(painted()).decode()
    text = card("u1", "Ann", f"PHOTO:data:image/png;base64,{photo}\r\n").replace("3.0", "4.0")
    entry = put(work, text)
    assert contacts.photos.raw(work, entry.id) == painted()
    before = contacts.photos.digest(work, entry.id)
    contacts.photos.keep(work, entry.id, painted("blue", (4, 4), "JPEG"), "JPEG")
    assert contacts.photos.digest(work, entry.id) not in {"", before}
    (item,) = collections.items.of_ids(work, CONTACTS, [entry.id])
    assert "PHOTO:data:image/jpeg;base64," in item.text
