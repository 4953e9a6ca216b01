"""What guests put into a shared folder."""

import base64

from cozy.kernel.caller import SYSTEM
from cozy.rooms.files import service as files
from cozy.rooms.links import service as links
from cozy.rooms.notifications import service as notifications
from tests.links.conftest import code_of


async def names(house, home, folder):
    def listed(work):
        return [each.name for each in files.children(work, folder, limit=100)]

    return await house.read(home, SYSTEM, listed)


def sent(*names, data=b"from a guest"):
    return [("files", (name, data, "text/plain")) for name in names]


async def test_a_letter_box_takes_files_and_shows_nothing(given, share, guest, house, home):
    code = code_of(await share("file", given["Plans"], "drop"))
    page = (await guest.get(f"/s/{code}")).text
    assert "Put your files here" in page
    assert "route.txt" not in page
    for seen in (f"file/{given['route.txt']}", f"folder/{given['Plans']}", "zip"):
        assert (await guest.get(f"/s/{code}/{seen}")).status_code == 403
    answer = await guest.post(f"/s/{code}/add", files=sent("a.txt", "route.txt"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{code}")
    assert await names(house, home, given["Plans"]) == ["a.txt", "route (2).txt", "route.txt"]
    assert "2 files have arrived. Thank you." in (await guest.get(f"/s/{code}")).text


async def test_a_letter_box_does_not_tell_which_names_there_are(given, share, guest, house, home):
    code = code_of(await share("file", given["Plans"], "drop"))

    def metadata(**said):
        return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())

    for name in ("route.txt", "other.txt"):
        for conflict in ("fail", "replace"):
            headers = {
                "tus-resumable": "1.0.0", "upload-length": "5", "content-type": "application/offset+octet-stream",
                "upload-metadata": metadata(name=name, dir_id=given["Plans"], on_conflict=conflict), "authorization": f"Bearer {code}",
            }  # fmt: skip
            answer = await guest.post("/files/tus", headers=headers, content=b"bytes")
            assert answer.status_code == 201, answer.text
    kept = await names(house, home, given["Plans"])
    assert sorted(kept) == ["other (2).txt", "other.txt", "route (2).txt", "route (3).txt", "route.txt"]


async def test_guests_add_only_where_the_link_lets_them(given, share, guest, house, home):
    see = code_of(await share("file", given["Holidays"]))
    assert (await guest.post(f"/s/{see}/add", files=sent("a.txt"))).status_code == 403
    code = code_of(await share("file", given["Holidays"], "change"))
    inside = await guest.post(f"/s/{code}/add?into={given['Plans']}", files=sent("a.txt"))
    assert inside.headers["location"] == f"/s/{code}/folder/{given['Plans']}"
    assert "a.txt" in await names(house, home, given["Plans"])
    for outside in (given["Secret"], files.ROOT, "nothing"):
        assert (await guest.post(f"/s/{code}/add?into={outside}", files=sent("a.txt"))).status_code == 404
    drop = code_of(await share("file", given["Plans"], "drop"))
    await guest.post(f"/s/{drop}/add?into={given['Secret']}", files=sent("b.txt"))
    assert await names(house, home, given["Secret"]) == ["diary.txt"]
    assert "b.txt" in await names(house, home, given["Plans"])


async def test_names_lead_nowhere_else_and_nothing_is_said_to_be_wrong(given, share, guest, house, home):
    code = code_of(await share("file", given["Plans"], "drop"))
    await guest.post(f"/s/{code}/add", files=sent("../../Secret/x.txt", "C:\\windows\\y.txt"))
    assert {"x.txt", "y.txt"} <= set(await names(house, home, given["Plans"]))
    assert await names(house, home, given["Secret"]) == ["diary.txt"]
    empty = await guest.post(f"/s/{code}/add", files={"other": b"x"})
    assert empty.status_code == 422
    assert "Choose at least one file." in empty.text
    broken = await guest.post(
        f"/s/{code}/add", content=b"x", headers={"content-type": "multipart/form-data; boundary=a"}
    )
    assert broken.status_code == 422


async def test_a_form_of_another_site_is_refused(given, share, guest):
    code = code_of(await share("file", given["Plans"], "drop"))
    answer = await guest.post(f"/s/{code}/add", files=sent("a.txt"), headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_a_full_home_takes_no_more(given, share, guest, house, home):
    code = code_of(await share("file", given["Plans"], "drop"))
    await house.write_host(
        lambda work: work.db.run("UPDATE homes SET quota = 2000 WHERE id = :id", id=home.id)
    )
    house.relisted[home.domain] += 1
    answer = await guest.post(f"/s/{code}/add", files=sent("large.bin", data=b"x" * 3_000_000))
    assert answer.status_code == 413
    assert await names(house, home, given["Plans"]) == ["route.txt"]


async def test_the_owner_is_told_once(given, share, guest, house, home):
    known = await share("file", given["Plans"], "drop", title="Wedding")
    await guest.post(f"{known.address}/add", files=sent("a.txt", "b.txt"))
    assert known.link.id

    def tell(work):
        for each in files.children(work, given["Plans"], limit=100):
            links.telling.of_arrival(work, links.telling.GuestBrought(each.id, known.link.id))
        return notifications.listed(work)

    told = await house.write(home, SYSTEM, tell)
    mine = [each for each in told if each.category == "files_received"]
    assert [each.title for each in mine] == ["Files have come into “Plans”"]
    assert "Wedding" in mine[0].message
    assert mine[0].link == f"/my/drive/{given['Plans']}"
