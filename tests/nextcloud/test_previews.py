"""What clients show of pictures, and what tells them that a backup was put back."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.collections.service import sync
from tests.files.photos import opened, photo

OC, NC = "{http://owncloud.org/ns}", "{http://nextcloud.org/ns}"
PREVIEW = "/index.php/core/preview"


async def test_a_picture_is_drawn_small_by_the_number_of_its_file(dav):
    await dav.ok("PUT", "/cat.jpg", photo(size=(2000, 1000)))
    number = await dav.prop("/cat.jpg", f"{OC}fileid")
    assert await dav.prop("/cat.jpg", f"{NC}has-preview") == "true"
    answer = await dav.get(f"{PREVIEW}?fileId={number}&x=500&y=500&a=1")
    assert answer.headers["content-type"] == "image/jpeg"
    assert opened(answer.content).size == (640, 320)
    again = await dav.get(
        f"{PREVIEW}?fileId={number}&x=500", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    by_path = await dav.get(f"{PREVIEW}.png?file=/cat.jpg&x=1024&y=1024")
    assert opened(by_path.content).size == (1280, 640)


@pytest.mark.parametrize(
    "asked", ["fileId=1", "fileId=x", "fileId=99999999999999999999999", "file=/none.jpg", "file=/a.txt", ""]
)
async def test_what_has_no_picture_is_not_there(dav, asked):
    await dav.ok("PUT", "/a.txt", "text")
    assert await dav.prop("/a.txt", f"{NC}has-preview") == "false"
    assert (await dav.get(f"{PREVIEW}?{asked}")).status_code == 404


async def test_pictures_are_for_those_who_may_see_them(dav, anonymous):
    await dav.ok("PUT", "/cat.jpg", photo())
    number = await dav.prop("/cat.jpg", f"{OC}fileid")
    assert (await anonymous.get(f"{PREVIEW}?fileId={number}")).status_code == 401


async def test_clients_are_told_that_a_backup_was_put_back(dav, house, home):
    before = await dav.prop("/", f"{OC}data-fingerprint")
    assert await dav.prop("/", f"{OC}data-fingerprint") == before
    await house.write(home, SYSTEM, sync.begin_epoch)
    assert await dav.prop("/", f"{OC}data-fingerprint") not in {None, before}
