"""Thumbnails: links without a session that end, pictures that are drawn once and kept by content."""

import asyncio
import io
import os
import time
from pathlib import Path

import pytest

from cozy.backends import drawings
from cozy.kernel.caller import SYSTEM
from cozy.kernel.previews import Previews
from cozy.rooms.checkup import service as checkup
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from tests.browser import samples
from tests.conftest import OWNER
from tests.files.photos import opened, photo, raw

SIZES = ("tiny", "small", "medium", "large")


class Counting:
    """The real previewer, with a count of the pictures that it was asked for."""

    def __init__(self, previews: Previews) -> None:
        self._previews = previews
        self.asked = 0

    async def draw(self, sha256, length, read, recipe, **options):
        self.asked += recipe not in {"facts", "film_facts"}
        return await self._previews.draw(sha256, length, read, recipe, **options)


@pytest.fixture
def previews(house, monkeypatch):
    counting = Counting(house.ports[Previews][0])
    monkeypatch.setitem(house.ports, Previews, [counting])
    return counting


def kept(house, home) -> list[str]:
    return [drawing.key for drawing in house.drawings.kept(home.id)]


def age(house, home, days: float) -> None:
    for path in (Path(house.settings.data) / "homes" / home.id / "thumbnails").rglob("*"):
        os.utime(path, (time.time() - days * 86_400,) * 2)


async def test_a_picture_comes_in_four_sizes_without_a_session(client, anonymous):
    links = (await client.upload("wide.jpg", samples.picture(0.3, 2400, 1200)))["links"]
    sizes = {}
    for size in SIZES:
        answer = await anonymous.get(links[size])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert "private" in answer.headers["cache-control"]
        sizes[size] = opened(answer.content).size
        again = await anonymous.get(links[size], headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert sizes == {"tiny": (96, 96), "small": (640, 320), "medium": (1280, 640), "large": (1920, 960)}


@pytest.mark.parametrize(
    ("accept", "small", "large"),
    [
        ("image/avif,image/webp,*/*;q=0.8", "webp", "webp"), ("image/webp", "webp", "webp"), ("image/avif", "avif", "avif"),
        ("image/webp;q=0, image/avif; q=0.0, */*", "jpeg", "jpeg"), ("*/*", "jpeg", "jpeg"), ("image/*", "jpeg", "jpeg"),
    ],
)  # fmt: skip
async def test_who_takes_smaller_files_gets_them(client, anonymous, accept, small, large):
    links = (await client.upload("a.jpg", photo()))["links"]
    for look, form in (("small", small), ("large", large)):
        answer = await anonymous.get(links[look], headers={"accept": accept})
        assert (answer.headers["content-type"], answer.headers["vary"]) == (f"image/{form}", "Accept")
        assert opened(answer.content).format == form.upper()


async def test_drawings_films_and_raw_pictures_have_them_too(client, anonymous):
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'
    )
    for name, data, size in (
        ("a.svg", drawing, (480, 480)), ("a.mp4", samples.film(), (320, 240)), ("a.nef", raw(samples.picture(0.1, 300, 200)), (300, 200)),
    ):  # fmt: skip
        file = await client.upload(name, data)
        assert opened((await anonymous.get(file["links"]["small"])).content).size == size


async def test_a_pdf_shows_its_first_page(client, anonymous):
    links = (await client.upload("a.pdf", samples.pdf("One", "Two")))["links"]
    page = opened((await anonymous.get(links["small"])).content)
    assert page.height == 480
    assert page.width < 480
    assert opened((await anonymous.get(links["tiny"])).content).size == (96, 96)


@pytest.mark.parametrize("kind", ["HEIF", "PNG", "WEBP", "GIF", "TIFF"])
async def test_pictures_of_every_kind_are_drawn_and_small_ones_stay_small(client, anonymous, kind):
    mime = {"HEIF": "image/heic"}.get(kind, f"image/{kind.lower()}")
    data = photo(kind=kind, size=(64, 48))
    answer = await client.post(
        f"/files/{files.ROOT}",
        params={"Type": "file", "Name": "a"},
        content=data,
        headers={"content-type": mime},
    )
    links = answer.json()["data"]["links"]
    assert opened((await anonymous.get(links["large"])).content).size == (64, 48)


async def test_a_photo_stands_upright_and_what_is_transparent_is_white(client, anonymous):
    turned = (await client.upload("t.jpg", photo(orientation=6, size=(60, 40))))["links"]
    assert opened((await anonymous.get(turned["small"])).content).size == (40, 60)
    glass = opened(photo(kind="PNG")).convert("RGBA")
    glass.putalpha(0)
    out = io.BytesIO()
    glass.save(out, "PNG")
    clear = (await client.upload("g.png", out.getvalue()))["links"]
    assert opened((await anonymous.get(clear["small"])).content).getpixel((5, 5)) == (255, 255, 255)


async def test_every_list_has_the_links_and_other_files_have_none(client):
    folder = (await client.mkdir("d"))["id"]
    picture = await client.upload("a.jpg", photo(), inside=folder)
    film = await client.upload("a.mp4", samples.film(), inside=folder)
    others = [await client.upload(name, b"x", inside=folder) for name in ("a.txt", "a.zip", "a.mp3")]
    secret = await client.upload("b.jpg", b"x", inside=folder, Encrypted="true")
    for other in (*others, secret):
        assert set(other["links"]) == {"self"}
    lists = [
        (await client.get(f"/files/{folder}")).json()["included"],
        (await client.get(f"/files/{folder}/relationships/contents")).json()["data"],
        (
            await client.post("/files/_all_docs", json={"keys": [picture["id"], film["id"], others[0]["id"]]})
        ).json()["data"],
        (await client.post("/files/_find", json={"selector": {"dir_id": folder}, "fields": ["name"]})).json()[
            "data"
        ],
    ]
    for listed in lists:
        links = {item["id"]: set(item["links"]) for item in listed}
        assert links[picture["id"]] == links[film["id"]] == {"self", *SIZES}
        assert links[others[0]["id"]] == {"self"}


async def test_a_link_ends_after_ten_minutes(client, anonymous, clock):
    url = (await client.upload("a.jpg", photo()))["links"]["tiny"]
    clock.advance(minutes=9, seconds=59)
    assert (await anonymous.get(url)).status_code == 200
    clock.advance(minutes=1, seconds=1)
    assert (await anonymous.get(url)).status_code == 400


async def test_a_secret_opens_its_own_file_only_and_none_that_was_made_up(client, anonymous):
    one, other = await client.upload("a.jpg", photo()), await client.upload("b.jpg", photo())
    secret = one["links"]["tiny"].split("/")[4]
    assert (await anonymous.get(f"/files/{other['id']}/thumbnails/{secret}/tiny")).status_code == 400
    assert (await anonymous.get(f"/files/{'0' * 32}/thumbnails/{secret}/tiny")).status_code == 400
    for wrong in ("377327a8e20d6a50", "nonsense", "é", "f" * 40, secret[:-1] + "x", "ffffffff" + secret[8:]):
        answer = await anonymous.get(f"/files/{one['id']}/thumbnails/{wrong}/tiny")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "files.bad_secret")
    assert (await anonymous.get(f"/files/{one['id']}/thumbnails/{secret}/huge")).status_code == 404


async def test_an_old_link_does_not_show_a_new_content(client, anonymous):
    file = await client.upload("a.jpg", photo())
    await client.put(
        f"/files/{file['id']}", content=photo(colour="red"), headers={"content-type": "image/jpeg"}
    )
    assert (await anonymous.get(file["links"]["tiny"])).status_code == 400


async def test_what_is_no_picture_any_more_has_no_thumbnail(client, anonymous):
    file = await client.upload("a.jpg", photo())
    await client.patch(
        f"/files/{file['id']}",
        json={"data": {"type": "io.cozy.files", "id": file["id"], "attributes": {"name": "a.txt"}}},
    )
    answer = await anonymous.get(file["links"]["tiny"])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "files.no_thumbnail")


async def test_many_who_ask_at_a_time_have_it_drawn_once_and_copies_share_it(client, anonymous, previews):
    file = await client.upload("a.jpg", samples.picture(0.11))
    answers = await asyncio.gather(*(anonymous.get(file["links"]["small"]) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    copied = (await client.post(f"/files/{file['id']}/copy")).json()["data"]
    assert (await anonymous.get(copied["links"]["small"])).content == answers[0].content
    assert previews.asked == 1


@pytest.mark.on_disk
async def test_a_broken_picture_is_a_clear_refusal_and_not_tried_again_that_day(
    client, anonymous, previews, house, home
):
    url = (await client.upload("a.jpg", b"no picture at all"))["links"]["small"]
    for _ in range(3):
        answer = await anonymous.get(url)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "files.bad_picture")
    assert previews.asked == 1
    age(house, home, days=drawings.BROKEN_S / 86_400 + 0.1)
    assert (await anonymous.get(url)).status_code == 422
    assert previews.asked == 2


async def test_thumbnails_go_with_their_content_and_stay_with_its_other_file(client, anonymous, house, home):
    one, other = await client.upload("a.jpg", photo()), await client.upload("b.jpg", photo())
    text = await client.upload("c.jpg", photo(colour="red"))
    for file in (one, text):
        assert (await anonymous.get(file["links"]["tiny"])).status_code == 200
    assert len(kept(house, home)) == 2
    for file, left in ((one, 2), (other, 1)):
        await client.delete(f"/files/{file['id']}")
        await client.delete(f"/files/trash/{file['id']}")
        assert len(kept(house, home)) == left


async def test_thumbnails_count_for_nothing(client, anonymous, house, home):
    before = await house.read(home, SYSTEM, files.usage)
    file = await client.upload("a.jpg", data := samples.picture(0.2))
    await anonymous.get(file["links"]["large"])
    assert await house.read(home, SYSTEM, files.usage) == before + len(data)


@pytest.mark.on_disk
async def test_the_daily_chore_removes_what_nobody_names_or_looks_at(client, anonymous, house, home):
    stays = await client.upload("a.jpg", photo())
    await anonymous.get(stays["links"]["tiny"])
    gone = "ab" * 32

    async def draw() -> bytes:
        return b"drawn late"

    await house.drawings.drawn(home.id, gone, "picture-tiny", draw)
    assert await files.sweep_thumbnails(house, home) == 1
    assert [key.partition("-")[0] for key in kept(house, home)] == [stays["attributes"]["sha256"]]
    assert await files.sweep_thumbnails(house, home) == 0
    age(house, home, days=91)
    assert await files.sweep_thumbnails(house, home) == 1
    assert kept(house, home) == []


async def test_listing_pictures_writes_nothing(client, house, home):
    def fill(work) -> str:
        folder = files.create_folder(work, files.ROOT, "many")
        for n in range(1000):
            files.create_file(work, folder.id, f"{n}.jpg", samples.content(b"%d" % n), "image/jpeg")
        return folder.id

    folder = await house.write(home, OWNER, fill)
    before = await house.read(home, OWNER, documents.last_seq)
    answer = await client.get(f"/files/{folder}", params={"page[limit]": 1000})
    assert await house.read(home, OWNER, documents.last_seq) == before
    assert kept(house, home) == []
    assert all("tiny" in item["links"] for item in answer.json()["included"])


async def test_a_check_has_nothing_to_say_of_thumbnails(client, anonymous, house, home):
    for name, data in (("a.jpg", photo()), ("b.jpg", b"broken")):
        await anonymous.get((await client.upload(name, data))["links"]["tiny"])
    assert len(kept(house, home)) == 2
    found: list[object] = []
    await checkup.check(house, home, found.append, lambda n: None, scrub=True)
    assert found == []
