"""The WebDAV connector, against wsgidav, and against what a Nextcloud says."""

import io

import pytest

from cozy.sdk import BadField, LoginFailed
from cozy.sdk.keeping import InMemory
from cozy.sdk.loading import shipped
from cozy.sdk.running import play
from tests.sdk.servers import webdav

WEBDAV = shipped("webdav")


@pytest.fixture
def elsewhere(tmp_path):
    """A folder, and the address under which wsgidav serves it."""
    folder = tmp_path / "elsewhere"
    (folder / "Été" / "plage").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"a")
    (folder / "Été" / "plage" / "été & sable.jpg").write_bytes(b"sand")
    with webdav(folder) as url:
        yield folder, url


def typed(url, **more):
    return InMemory({"url": url, "login": "me", "password": "open sesame", **more})


def test_files_come_with_their_folders_and_are_kept_up_to_date(elsewhere):
    folder, url = elsewhere
    keeper = typed(url)
    play(WEBDAV, keeper)
    assert keeper.files == {"a.txt": b"a", "Été/plage/été & sable.jpg": b"sand"}
    assert play(WEBDAV, keeper).tally.total == 0

    (folder / "a.txt").write_bytes(b"another a")
    (folder / "Été" / "new.txt").write_bytes(b"new")
    (folder / "Été" / "plage" / "été & sable.jpg").unlink()
    home = play(WEBDAV, keeper)
    assert (home.tally.files, home.tally.updated) == (1, 1)
    assert keeper.files == {
        "a.txt": b"another a",
        "Été/plage/été & sable.jpg": b"sand",
        "Été/new.txt": b"new",
    }


def test_only_the_folder_that_was_asked_for(elsewhere):
    _, url = elsewhere
    keeper = typed(url, path="/Été/plage/")
    play(WEBDAV, keeper)
    assert keeper.files == {"été & sable.jpg": b"sand"}


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"password": "wrong"}, LoginFailed, "LOGIN_FAILED"),
        ({"path": "nowhere"}, BadField, "BAD_FIELD.PATH"),
        ({"url": "ftp://a.example"}, BadField, "BAD_FIELD.URL"),
    ],
)
def test_what_goes_wrong_has_a_code(elsewhere, change, error, code):
    with pytest.raises(error) as failed:
        play(WEBDAV, typed(**{"url": elsewhere[1], **change}))
    assert failed.value.said == code


FILE = """<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:resourcetype>{type}</d:resourcetype><d:getetag>"{etag}"</d:getetag>
<oc:fileid>{id}</oc:fileid></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"""


def listing(*entries):
    told = "".join(
        FILE.format(href=href, type="<d:collection/>" if href.endswith("/") else "", etag=etag, id=id_)
        for href, etag, id_ in entries
    )
    return f'<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">{told}</d:multistatus>'.encode()


def test_of_a_nextcloud_the_address_of_its_pages_will_do_and_folders_that_did_not_change_are_passed_over(
    site,
):
    root = "/remote.php/dav/files/camille/"
    site.pages |= {
        "/status.php": (200, {}, b'{"installed":true,"version":"31.0.0.0","productname":"Nextcloud"}'),
        "/ocs/v2.php/cloud/user?format=json": (200, {}, b'{"ocs":{"data":{"id":"camille"}}}'),
        root: (207, {}, listing((root, "r1", 1), (f"{root}sub/", "s1", 2), (f"{root}a%20b.txt", "f1", 3))),
        f"{root}sub/": (
            207,
            {},
            listing(
                (f"{root}sub/", "s1", 2), (f"{root}sub/c.txt", "f2", 4), (f"{root}other/../d.txt", "f", 5)
            ),
        ),
        f"{root}a%20b.txt": (200, {}, b"ab"),
        f"{root}sub/c.txt": (200, {}, b"c"),
    }
    keeper = typed(f"{site.url}/index.php/apps/files/")
    play(WEBDAV, keeper)
    assert keeper.files == {"a b.txt": b"ab", "sub/c.txt": b"c"}

    site.asked.clear()
    site.pages[root] = (
        207,
        {},
        listing((root, "r2", 1), (f"{root}sub/", "s1", 2), (f"{root}renamed.txt", "f1", 3)),
    )
    assert play(WEBDAV, keeper).tally.total == 0
    assert [path for method, path, *_ in site.asked if method != "GET"] == [root, f"{root}sub/"]


def test_a_large_file_comes_in_pieces(elsewhere):
    folder, url = elsewhere
    held = io.BytesIO(b"0123456789" * 600_000).getvalue()
    (folder / "large.bin").write_bytes(held)
    keeper = typed(url)
    play(WEBDAV, keeper)
    assert keeper.files["large.bin"] == held
