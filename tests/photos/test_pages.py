"""The pages of photos, as the owner's browser sees them without scripts."""

import re

from cozy.backends.disk import inline_content
from cozy.rooms.files import service as files
from cozy.rooms.photos import service as photos
from tests.photos.conftest import shoot
from tests.photos.many import scene

ALBUM = re.compile(r"/my/photos/albums/([0-9a-f]{32})")


async def test_the_timeline_shows_days_and_knows_shapes_before_pictures_come(reader, act):
    id_ = await act(shoot, "boats.jpg", "2026-07-18T10:00:00Z", width=1600, height=1000, favourite=True)
    await act(shoot, "film.mp4", "2026-06-02T10:00:00Z", "video/mp4", duration=42)
    page = (await reader.get("/my/photos")).text
    assert 'class="month" id="m-2026-07">July 2026<' in page
    assert f'<li class="r16"><a href="/my/photos/photo/{id_}"' in page
    assert 'width="1600" height="1000"' in page
    assert "0:42" in page
    assert 'data-goto="2026-06"' in page


async def test_a_home_without_photos_says_how_they_come(reader):
    assert "Your photos will be here" in (await reader.get("/my/photos")).text


async def test_a_month_is_a_page_and_its_parts_come_alone_for_scripts(reader, act):
    for n in range(3):
        await act(shoot, f"{n}.jpg", f"2026-0{n + 5}-18T10:00:00Z")
    page = (await reader.get("/my/photos/month/2026-06")).text
    assert page.count("data-photo=") == 1
    assert 'href="/my/photos/month/2026-07" rel="prev"' in page
    assert 'href="/my/photos/month/2026-05" rel="next"' in page
    part = (await reader.get("/my/photos/month/2026-06?part=1")).text
    assert part.strip().startswith("<section")
    assert part.count("data-photo=") == 1
    assert (await reader.get("/my/photos/month/2020-02")).status_code == 404


async def test_a_photo_has_a_page_of_its_own_with_what_is_known_and_its_neighbours(reader, act):
    first = await act(shoot, "a.jpg", "2026-07-16T10:00:00Z")
    id_ = await act(
        shoot, "b.jpg", "2026-07-17T10:00:00Z", width=4000, height=3000, camera={"make": "Canon", "model": "Canon EOS R6"},
        exposure={"time": 0.002, "aperture": 2.8, "iso": 400, "focal_length": 50}, local_datetime="2026-07-17T19:00:00", offset="+09:00",
    )  # fmt: skip
    page = (await reader.get(f"/my/photos/photo/{id_}")).text
    for said in (
        "4000 × 3000",
        "Canon EOS R6",
        "1/500 s",
        "ƒ/2.8",
        "ISO 400",
        "17 July 2026, 19:00 (UTC+09:00)",
        f'href="/my/photos/photo/{first}"',
    ):
        assert said in page
    assert (await reader.get("/my/photos/photo/none")).status_code == 404


async def test_an_album_is_made_of_what_was_chosen(reader, act):
    ids = [await act(shoot, f"{n}.jpg", f"2026-07-1{n}T10:00:00Z") for n in range(3)]
    asked = (await reader.submit("/my/photos/albums/add", ids=ids[:2])).text
    assert "Add 2 photos to an album" in asked
    page = await reader.landed(await reader.submit("/my/photos/albums/new", name="Trip", ids=ids[:2]))
    assert "Album created." in page
    assert page.count("data-photo=") == 2
    assert "Take out" in page
    album = ALBUM.search(page)
    assert album
    await reader.submit("/my/photos/albums/add", ids=ids[2], into=album[1])
    assert "3 photos" in (await reader.get("/my/photos/albums")).text
    out = await reader.landed(await reader.submit(f"/my/photos/albums/{album[1]}/out", ids=ids[0]))
    assert "1 photo taken out of the album." in out
    assert (await reader.submit("/my/photos/albums/new", name=" ")).status_code == 422


async def test_what_is_chosen_becomes_a_favourite_and_no_longer(reader, act, house, home):
    id_ = await act(shoot, "a.jpg", "2026-07-18T10:00:00Z")
    assert "Added to your favourites." in await reader.landed(
        await reader.submit("/my/photos/favourites", ids=id_)
    )
    assert id_ in (await reader.get("/my/photos/favourites")).text
    assert "Taken out of your favourites." in await reader.landed(
        await reader.submit("/my/photos/favourites", ids=id_)
    )
    assert "No favourites yet" in (await reader.get("/my/photos/favourites")).text


async def test_the_first_page_shows_a_memory(reader, act, clock):
    taken = clock.now.replace(year=clock.now.year - 3).isoformat()
    await act(shoot, "a.jpg", taken)
    page = (await reader.get("/my")).text
    assert "3 years ago" in page
    days = re.search(r'href="(/my/photos/days/[^"]+)"', page)
    assert days
    assert "1 photo" in (await reader.get(days[1])).text


async def test_names_are_shown_as_text(reader, act):
    id_ = await act(shoot, "<b>.jpg", "2026-07-18T10:00:00Z")
    album = await act(photos.albums.create, "<i>me</i>", [id_])
    for url in (
        "/my/photos",
        f"/my/photos/photo/{id_}",
        f"/my/photos/albums/{album.id}",
        "/my/photos/albums",
    ):
        page = (await reader.get(url)).text
        assert "<b>.jpg" not in page
        assert "<i>me" not in page
    await act(files.trash, id_)
    assert (await reader.get(f"/my/photos/photo/{id_}")).status_code == 404


async def store_scene(act, name: str) -> str:
    made = await act(
        files.create_file, files.ROOT, name, inline_content(scene(5, 320, 240)), "image/jpeg",
        files.Details(metadata={"width": 320, "height": 240, "extractor_version": 2}),
    )  # fmt: skip
    return made.id


async def test_a_photo_is_cut_and_its_original_comes_back(reader, act):
    id_ = await store_scene(act, "scene.jpg")
    page = (await reader.get(f"/my/photos/photo/{id_}/edit")).text
    assert "Back to the original" not in page
    done = await reader.landed(await reader.submit(f"/my/photos/photo/{id_}/edit", turn="90", shape="1:1"))
    assert "The original is kept." in done
    assert "240 × 240" in done
    assert "Back to the original" in (await reader.get(f"/my/photos/photo/{id_}/edit")).text
    back = await reader.landed(await reader.submit(f"/my/photos/photo/{id_}/original"))
    assert "The original is back." in back
    assert "320 × 240" in back
    nowhere = await reader.submit(
        f"/my/photos/photo/{id_}/edit", left="0.9", top="0", width="0.9", height="1"
    )
    assert nowhere.status_code == 422


async def test_what_is_there_twice_is_shown_side_by_side_and_goes_to_the_bin(reader, act):
    first, second = await store_scene(act, "scene.jpg"), await store_scene(act, "copy of scene.jpg")
    page = (await reader.get("/my/photos/duplicates?exact=1")).text
    assert "The same to the byte" in page
    ticked = re.findall(r'name="ids" value="([^"]+)" checked', page)
    assert len(ticked) == 1
    assert "Moved to the bin." in await reader.landed(
        await reader.submit("/my/photos/duplicates", ids=ticked[0], exact="1")
    )
    stays = first if ticked[0] == second else second
    assert (await reader.get(f"/my/photos/photo/{stays}")).status_code == 200
    assert "Nothing is there twice" in (await reader.get("/my/photos/duplicates?exact=1")).text


async def test_photos_that_were_told_apart_are_no_duplicates_until_that_is_undone(reader, act):
    for name in ("a.jpg", "b.jpg"):
        await act(
            lambda work, name=name: files.create_file(
                work, files.ROOT, name, inline_content(b"one"), "image/jpeg"
            )
        )
    page = (await reader.get("/my/photos/duplicates")).text
    group = re.search(r'name="group" value="([^"]+)"', page)
    assert group
    told = await reader.landed(await reader.submit("/my/photos/duplicates/different", group=group[1]))
    assert "Nothing is there twice" in told
    undo = re.search(r'action="(/my/photos/duplicates/alike[^"]+)"', told)
    assert undo
    again = await reader.landed(
        await reader.submit(undo[1].replace("&amp;", "&"), back="/my/photos/duplicates")
    )
    assert "Keep them all" in again


async def test_a_motion_photo_gives_its_film_in_pieces_and_nothing_beyond_it(reader, act):
    whole = b"a picture" + b"....ftyp and a film"

    def keep(work, motion):
        details = files.Details(metadata={"motion": motion})
        name = files.free_name(work, files.ROOT, "a.jpg")
        return files.create_file(work, files.ROOT, name, inline_content(whole), "image/jpeg", details)

    file = await act(keep, {"start": 9, "size": 19})
    url = f"/my/file/{file.id}/motion/{file.sha256[:12]}"
    assert url in (await reader.get(f"/my/photos/photo/{file.id}")).text
    assert url in (await reader.get("/my/photos")).text
    answer = await reader.get(url)
    assert (answer.content, answer.headers["content-type"]) == (whole[9:], "video/mp4")
    part = await reader.get(url, headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    for wrong in ({"start": 9, "size": 20}, {"start": -1, "size": 3}, {"start": "9", "size": 3}, "film"):
        other = await act(keep, wrong)
        assert (await reader.get(f"/my/file/{other.id}/motion/{other.sha256[:12]}")).status_code == 404


FROM_A_PHONE = {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}


async def test_what_a_phone_shares_is_stored_and_a_page_says_where(reader):
    sent = [
        ("files", ("IMG_1.jpg", scene(1, 60, 40), "image/jpeg")),
        ("files", ("Bill.pdf", b"%PDF-1.4", "application/pdf")),
    ]
    answer = await reader.post("/my/photos/shared", files=sent, headers=FROM_A_PHONE)
    page = await reader.landed(answer)
    assert "2 files have arrived" in page
    assert "Files › Photos › Uploaded from Cozy Photos" in page
    assert re.search(r'href="/my/photos/photo/[0-9a-f]+">IMG_1.jpg<', page)
    assert 'href="/my/drive">' in page
    ids = re.findall(r'name="ids" value="([^"]+)"', page)
    asked = (await reader.submit("/my/drive/move", back="/my/photos/shared", ids=ids)).text
    assert "Move" in asked
    assert "Nothing has arrived" in (await reader.get("/my/photos/shared")).text


async def test_no_page_of_another_site_shares_anything(reader):
    sent = [("files", ("a.jpg", b"x", "image/jpeg"))]
    for site in ("cross-site", "same-site", "same-origin"):
        answer = await reader.post("/my/photos/shared", files=sent, headers={"sec-fetch-site": site})
        assert answer.status_code == 403, site
    assert (await reader.post("/my/photos/shared", files=sent)).status_code == 403
    away = await reader.post("/my/photos/favourites", data={"ids": "a"}, headers=FROM_A_PHONE)
    assert away.status_code == 403
