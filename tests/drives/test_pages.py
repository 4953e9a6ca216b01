"""The page of shared drives, for a member."""

from cozy.kernel.outside import Unreachable


async def test_drives_are_listed_and_opened_like_folders(drive, bobs_pages):
    listed = (await bobs_pages.get("/my/drives")).text
    assert "Team" in listed
    opened = await bobs_pages.get(f"/my/drives/{drive.id}", follow_redirects=True)
    assert "notes.txt" in opened.text
    assert "In the home of Alice" in opened.text


async def test_a_file_is_shown_and_downloaded(drive, at_bob, bobs_pages):
    notes = (await at_bob.get(f"{drive.path}/{drive.root}")).json()["included"][0]["id"]
    page = await bobs_pages.get(f"/my/drives/{drive.id}/{notes}")
    assert "hello team" in page.text
    raw = await bobs_pages.get(f"/my/drives/{drive.id}/{notes}/raw", params={"Dl": "1"})
    assert (raw.content, raw.headers["content-disposition"]) == (
        b"hello team",
        'attachment; filename="notes.txt"',
    )


async def test_folders_and_files_are_added_renamed_thrown_away_and_put_back(drive, bobs_pages, at_alice):
    here = f"/my/drives/{drive.id}/{drive.root}"
    await bobs_pages.landed(await bobs_pages.submit(f"{here}/new-folder", name="Plans"))
    taken = await bobs_pages.submit(f"{here}/new-folder", name="Plans")
    assert taken.status_code == 422
    assert "already" in taken.text
    files = [("files", ("a.txt", b"one", "text/plain")), ("files", ("notes.txt", b"two", "text/plain"))]
    shown = await bobs_pages.landed(await bobs_pages.submit(f"{here}/upload", files=files))
    assert "a.txt" in shown
    assert "notes (2).txt" in shown
    made = (await at_alice.get("/files/metadata", params={"Path": "/Team/a.txt"})).json()["data"]["id"]
    item = f"/my/drives/{drive.id}/{made}"
    assert "b.txt" in await bobs_pages.landed(await bobs_pages.submit(f"{item}/rename", name="b.txt"))
    assert "b.txt" not in (await bobs_pages.landed(await bobs_pages.submit(f"{item}/bin"))).split("<main")[1]
    assert "b.txt" in await bobs_pages.landed(await bobs_pages.submit(f"{item}/restore"))


async def test_who_may_only_look_is_offered_nothing_else(drive, bobs_pages):
    await drive.member(read_only=True)
    page = (await bobs_pages.get(f"/my/drives/{drive.id}/{drive.root}")).text
    assert "You may look at what is in this drive" in page
    assert f"{drive.root}/new-folder" not in page
    assert (
        await bobs_pages.submit(f"/my/drives/{drive.id}/{drive.root}/new-folder", name="x")
    ).status_code == 403


async def test_a_home_that_is_away_and_one_that_has_closed_are_told_in_plain_words(drive, bobs_pages, inside):
    inside.answers[drive.alice.origin] = Unreachable(host="alice.localhost")
    away = await bobs_pages.get(f"/my/drives/{drive.id}/{drive.root}")
    assert away.status_code == 200
    assert "cannot be reached" in away.text
    inside.answers.clear()
    await drive.member(status="revoked")
    assert "closed to you" in (await bobs_pages.get(f"/my/drives/{drive.id}/{drive.root}")).text


async def test_an_own_drive_is_a_folder_of_files(drive, reader):
    answer = await reader.get(f"/my/drives/{drive.id}")
    assert answer.headers["location"] == f"/my/drive/{drive.root}"
    assert "shared by you" in (await reader.get("/my/drives")).text
