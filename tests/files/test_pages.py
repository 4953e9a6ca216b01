"""The drive's pages over HTTP: who may see them, what their forms do, what they send."""

import re

import pytest

from cozy.backends.disk import inline_content
from cozy.rooms.files import service as files
from cozy.rooms.files.service import views
from tests.browser import samples
from tests.conftest import OWNER


@pytest.fixture
def on_page() -> str:
    return "/my/drive"


@pytest.fixture
def put(house, home):
    """Puts a file into the home and returns it."""

    async def put(name: str, data: bytes = b"hello", mime: str = "", inside: str = files.ROOT) -> files.File:
        return await house.write(home, OWNER, files.create_file, inside, name, inline_content(data), mime)

    return put


@pytest.fixture
def fold(house, home):
    """Makes a folder in the home and returns it."""

    async def fold(name: str, inside: str = files.ROOT) -> files.File:
        return await house.write(home, OWNER, files.create_folder, inside, name)

    return fold


@pytest.fixture
def look(house, home):
    async def look(fn, *args):
        return await house.read(home, OWNER, fn, *args)

    return look


PAGES = [
    "/my",
    "/my/drive",
    "/my/drive/recent",
    "/my/drive/favourites",
    "/my/drive/trash",
    "/my/settings/storage",
]


@pytest.mark.parametrize("url", PAGES)
async def test_a_page_is_the_owners_alone(reader, anonymous, url):
    assert (await reader.get(url)).status_code == 200
    refused = await anonymous.get(url)
    assert refused.status_code == 303
    assert refused.headers["location"].startswith("/auth/login?redirect=")


@pytest.mark.parametrize(
    "url", ["/my/drive/nowhere", "/my/file/nothing", "/my/file/nothing/rename", "/my/file/nothing/raw/abc"]
)
async def test_what_is_not_there_is_not_found(reader, url):
    assert (await reader.get(url)).status_code == 404


async def test_pages_carry_the_policy_and_nothing_that_it_refuses(reader, put):
    file = await put("a.md", samples.NOTES.encode(), "text/markdown")
    for url in [*PAGES, f"/my/file/{file.id}", f"/my/file/{file.id}/versions", f"/my/file/{file.id}/move"]:
        page = await reader.get(url)
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert not re.search(r"""\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:""", page.text), url


async def test_a_folder_lists_folders_first_then_by_name(reader, put, fold):
    for name in ("b10.txt", "b9.txt", "à.txt"):
        await put(name)
    await fold("Zoo")
    page = (await reader.get("/my/drive?sort=name")).text
    shown = re.findall(r'data-name="([^"]+)"', page)
    assert [name for name in shown if name in {"Zoo", "b10.txt", "b9.txt", "à.txt"}] == [
        "Zoo",
        "à.txt",
        "b9.txt",
        "b10.txt",
    ]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("size", ["a", "b", "c"]),
        ("-size", ["c", "b", "a"]),
        ("-name", ["c", "b", "a"]),
        ("updated_at", ["c", "b", "a"]),
    ],
)
async def test_a_folder_is_sorted_as_asked(reader, put, fold, clock, sort, expected):
    folder = await fold("Sorted")
    for size, name in enumerate("cba"):
        await put(name, b"x" * (100 - size), inside=folder.id)
        clock.advance(minutes=1)
    page = (await reader.get(f"/my/drive/{folder.id}?sort={sort}")).text
    assert re.findall(r'data-name="(\w)"', page) == expected


async def test_a_long_folder_is_told_in_pages(reader, put, fold):
    folder = await fold("Long")
    for n in range(205):
        await put(f"{n}.txt", inside=folder.id)
    first = (await reader.get(f"/my/drive/{folder.id}?sort=name")).text
    assert first.count("data-name=") == 200
    assert "page=2" in first
    second = (await reader.get(f"/my/drive/{folder.id}?page=2")).text
    assert second.count("data-name=") == 5
    assert "page=1" in second


async def test_a_form_from_elsewhere_changes_nothing(reader, look):
    refused = await reader.post("/my/drive/io.cozy.files.root-dir/new-folder", data={"name": "Forged"})
    assert refused.status_code == 403
    assert await look(files.child_named, files.ROOT, "Forged") is None


@pytest.mark.parametrize("name", ["", "a/b", "..", "x" * 300, "Here"])
async def test_a_name_that_cannot_be_is_said_in_the_form(reader, fold, name):
    await fold("Here")
    answer = await reader.submit(f"/my/drive/{files.ROOT}/new-folder", name=name)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{name}"' in answer.text


async def test_moving_onto_a_taken_name_asks_and_both_stay(reader, put, fold, look):
    folder = await fold("There")
    file = await put("a.txt")
    await put("a.txt", b"other", inside=folder.id)
    asked = await reader.submit("/my/drive/move", ids=[file.id], into=folder.id)
    assert asked.status_code == 422
    assert "There is already something named" in asked.text
    await reader.landed(await reader.submit("/my/drive/move", ids=[file.id], into=folder.id, clash="both"))
    assert await look(files.child_named, folder.id, "a (2).txt") is not None


async def test_a_folder_does_not_move_into_itself(reader, fold):
    outer = await fold("Outer")
    inner = await fold("Inner", outer.id)
    page = await reader.landed(await reader.submit("/my/drive/move", ids=[outer.id], into=inner.id))
    assert "A folder cannot be moved there." in page


async def test_a_copy_of_a_folder_holds_copies_of_everything(reader, put, fold, look):
    folder = await fold("Album")
    inner = await fold("Best", folder.id)
    await put("a.txt", inside=inner.id)
    await reader.landed(await reader.submit("/my/drive/copy", ids=[folder.id], into=files.ROOT))
    copied = await look(files.at_path, "/Album (2)/Best/a.txt")
    assert copied.size == 5


async def test_what_was_thrown_away_together_comes_back_together(reader, put, fold, look):
    folder = await fold("Old")
    inside = await put("in.txt", inside=folder.id)
    file = await put("a.txt")
    answer = await reader.submit("/my/drive/bin", ids=[folder.id, inside.id, file.id])
    page = await reader.landed(answer)
    assert "2 items moved to the bin." in page
    undo = re.search(r'action="(/my/drive/trash/undo[^"]+)"', page)
    assert undo
    await reader.landed(await reader.submit(undo[1].replace("&amp;", "&")))
    assert not (await look(files.fetch, file.id)).is_trashed
    assert not (await look(files.fetch, inside.id)).is_trashed


async def test_what_is_in_the_bin_leads_back_to_the_bin_by_its_name(reader, put, fold, house, home):
    folder = await fold("Trip")
    file = await put("cat.txt", inside=folder.id)
    await house.write(home, OWNER, files.trash, folder.id)
    for url in (f"/my/file/{file.id}", f"/my/drive/{folder.id}"):
        page = (await reader.get(url)).text
        assert ".cozy_trash" not in page
        crumbs = page[page.index('class="crumbs"') : page.index("<h1")]
        assert "Bin</a>" in crumbs
        assert "Files</a>" not in crumbs


async def test_a_page_that_is_not_there_is_said_once(reader):
    page = (await reader.get("/my/nowhere")).text
    assert "There is nothing at this address" in page
    assert "There is no page at this address" not in page


async def test_erasing_asks_first(reader, put, look):
    file = await put("a.txt")
    await reader.submit("/my/drive/bin", ids=[file.id])
    asked = await reader.submit("/my/drive/trash/erase", ids=[file.id])
    assert asked.status_code == 200
    assert (await look(files.fetch, file.id)).is_trashed
    await reader.submit("/my/drive/trash/erase", ids=[file.id], sure="1")
    assert (await reader.get(f"/my/file/{file.id}")).status_code == 404


async def test_what_fails_half_way_changes_nothing(reader, put, fold, look):
    folder = await fold("There")
    first, second, large = await put("a.txt"), await put("b.txt"), await put("large.bin", b"x" * 200_000)
    await put("b.txt", b"other", inside=folder.id)
    await reader.submit("/my/drive/move", ids=[first.id, second.id], into=folder.id)
    assert (await look(files.fetch, first.id)).dir_id == files.ROOT
    await reader.submit("/my/drive/bin", ids=[large.id])
    page = await reader.landed(
        await reader.submit("/my/drive/trash/erase", ids=[large.id, first.id], sure="1")
    )
    assert "This is not in the bin." in page
    kept = await reader.get(f"/my/file/{large.id}/raw/{large.sha256[:12]}")
    assert kept.content == b"x" * 200_000


async def test_the_bin_is_emptied_whole(reader, put, look):
    ids = [(await put(f"{n}.txt")).id for n in range(210)]
    await reader.submit("/my/drive/bin", ids=ids)
    assert "The bin is empty." in await reader.landed(await reader.submit("/my/drive/trash/empty"))
    assert await look(views.count, files.TRASH) == 0


async def test_the_home_itself_stays(reader):
    page = await reader.landed(await reader.submit("/my/drive/bin", ids=[files.ROOT]))
    assert "This folder belongs to the home itself and stays as it is." in page


@pytest.mark.parametrize(
    "back",
    ["https://elsewhere.example/", "//elsewhere.example", "/auth/logout", "/my/\\elsewhere", "javascript:1"],
)
async def test_a_form_leads_to_our_pages_only(reader, put, back):
    file = await put("a.txt")
    answer = await reader.submit(f"/my/file/{file.id}/rename", name="b.txt", back=back)
    assert answer.headers["location"] == f"/my/file/{file.id}"


async def test_favourites_and_recent_files_show_what_is_not_in_the_bin(reader, put, look):
    kept, gone = await put("Été à la mer 2026.txt"), await put("Été ailleurs.txt")
    for file in (kept, gone):
        await reader.submit(f"/my/file/{file.id}/favourite")
    await reader.submit("/my/drive/bin", ids=[gone.id])
    for url in ("/my/drive/favourites", "/my/drive/recent"):
        page = (await reader.get(url)).text
        assert "Été à la mer 2026.txt" in page, url
        assert "Été ailleurs.txt" not in page, url


@pytest.mark.parametrize("name", sorted(samples.HARMFUL))
async def test_a_hostile_file_is_sandboxed_and_never_a_page(reader, put, name):
    data, mime = samples.HARMFUL[name]
    file = await put(name, data, mime)
    answer = await reader.get(f"/my/file/{file.id}/raw/{file.sha256[:12]}")
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] in {
        "application/octet-stream",
        "image/gif",
        "image/png",
        "image/svg+xml",
    }
    if answer.headers["content-type"] in {"application/octet-stream", "image/svg+xml"}:
        assert answer.headers["content-disposition"].startswith("attachment")


async def test_a_film_can_be_read_from_the_middle(reader, put):
    film = await put("a.mp4", bytes(range(256)) * 40, "video/mp4")
    answer = await reader.get(
        f"/my/file/{film.id}/raw/{film.sha256[:12]}", headers={"range": "bytes=100-109"}
    )
    assert (answer.status_code, answer.content) == (206, bytes(range(100, 110)))
    assert answer.headers["content-type"] == "video/mp4"


async def test_a_picture_is_made_small_and_kept_by_the_browser(reader, put):
    picture = await put("a.jpg", samples.picture(0.1, 800, 500), "image/jpeg")
    answer = await reader.get(f"/my/file/{picture.id}/picture/128-{picture.sha256[:12]}")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.content[8:12] == b"WEBP"
    assert len(answer.content) < 25_000
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "mime", "where"),
    [
        ("a.jpg", "image/jpeg", "picture/128"),
        ("a.mp4", "video/mp4", "picture/1600"),
        ("a.pdf", "application/pdf", "page/0"),
    ],
)
async def test_a_broken_file_shows_its_sign(reader, put, name, mime, where):
    file = await put(name, b"not at all", mime)
    answer = await reader.get(f"/my/file/{file.id}/{where}-{file.sha256[:12]}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert (await reader.get(f"/my/file/{file.id}")).status_code == 200


async def test_a_pdf_is_shown_page_by_page_with_its_words(reader, put):
    file = await put("a.pdf", samples.pdf("Coast path", "Second day"), "application/pdf")
    page = (await reader.get(f"/my/file/{file.id}")).text
    assert page.count("<image ") == 2
    assert ">Second day</text>" in page
    drawn = await reader.get(f"/my/file/{file.id}/page/1-{file.sha256[:12]}")
    assert drawn.content[8:12] == b"WEBP"


async def test_a_text_is_shown_from_its_beginning(reader, put):
    file = await put("a.txt", b"first line\n" + b"x" * 400_000, "text/plain")
    page = (await reader.get(f"/my/file/{file.id}")).text
    assert "first line" in page
    assert "Only the beginning is shown." in page
    assert len(page) < 400_000


async def test_neighbours_follow_the_order_of_the_list(reader, put, fold):
    folder = await fold("Row")
    a, b, c = [await put(f"{name}.txt", inside=folder.id) for name in "abc"]
    page = (await reader.get(f"/my/file/{b.id}")).text
    assert re.search(rf'href="/my/file/{a.id}"[^>]*rel="prev"', page) or re.search(
        rf'href="/my/file/{a.id}" [^>]*prev', page
    )
    assert f'href="/my/file/{c.id}" data-press="ArrowRight"' in page


async def test_a_plain_form_uploads_and_keeps_both(reader, look):
    page = await reader.get(f"/my/drive/{files.ROOT}/upload")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    for data in (b"one", b"two"):
        sent = [
            ("files", ("C:\\fakepath\\a.txt", data, "text/plain")),
            ("files", ("b.txt", data, "text/plain")),
        ]
        answer = await reader.post(
            f"/my/drive/{files.ROOT}/upload", data={"csrf_token": found[1], "clash": "both"}, files=sent
        )
        assert answer.status_code == 303, answer.text
    assert (await look(files.child_named, files.ROOT, "a (2).txt")).size == 3


async def test_storage_is_told_by_kind(reader, put):
    await put("a.jpg", b"x" * 2000, "image/jpeg")
    await put("a.pdf", b"y" * 5000, "application/pdf")
    page = (await reader.get("/my/settings/storage")).text
    told = dict(re.findall(r'aria-label="([^"]+)"></progress></span><b>([^<]+)</b>', page))
    assert (told["Photos"], told["Documents"]) == ("2\N{NO-BREAK SPACE}kB", "5\N{NO-BREAK SPACE}kB")


async def test_a_home_speaks_french_to_the_french(house, home, reader):
    from cozy.rooms.homes import service as homes

    profile = await house.read(home, OWNER, homes.profile)
    await house.write(
        home,
        OWNER,
        homes.change_profile,
        type(profile)(public_name="Alice", email=profile.email, locale="fr"),
    )
    page = (await reader.get("/my/drive/trash")).text
    assert '<html lang="fr"' in page
    assert "Corbeille" in page


async def test_lists_show_small_pictures_of_pictures_and_pdf_files_and_keep_them(reader, put, house, home):
    for name, data in (("a.jpg", samples.picture(0.4)), ("b.pdf", samples.pdf("One"))):
        await put(name, data)
    for view, pixels in (("list", 128), ("grid", 512)):
        page = (await reader.get("/my/drive", params={"view": view})).text
        pictures = re.findall(
            rf'<img src="(/my/file/[^"]+/picture/{pixels}-[^"]+)" alt="" width="44" height="44"', page
        )
        assert len(pictures) == 2
        assert page.count('loading="lazy"') == 2
        for url in pictures:
            answer = await reader.get(url)
            assert (answer.headers["content-type"], answer.content[8:12]) == ("image/webp", b"WEBP")
            assert "immutable" in answer.headers["cache-control"]
    assert len(list(house.drawings.kept(home.id))) == 4


async def test_a_preview_leaves_room_for_its_picture(reader, put, house, home):
    file = await put("a.jpg", b"x")
    known = {"width": 4000, "height": 3000, "orientation": 6}
    await house.write(home, OWNER, files.change, file.id, files.Change(metadata=known))
    assert 'width="1200" height="1600"' in (await reader.get(f"/my/file/{file.id}")).text
    strange = {"width": "4000", "height": -1}
    await house.write(home, OWNER, files.change, file.id, files.Change(metadata=strange))
    assert 'decoding="async">' in (await reader.get(f"/my/file/{file.id}")).text


async def test_a_part_that_is_brought_up_to_date_does_not_take_what_the_next_page_says(reader, put):
    file = await put("a.txt")
    answer = await reader.submit("/my/drive/bin", ids=[file.id])
    part = await reader.get(f"/my/drive/{files.ROOT}", headers={"hx-target": "main#main"})
    assert "Moved to the bin." not in part.text
    assert "Moved to the bin." in await reader.landed(answer)
    assert "Moved to the bin." not in (await reader.get(f"/my/drive/{files.ROOT}")).text
