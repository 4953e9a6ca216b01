"""The connectors that come with the home against real servers, the whole way: a form, a job, a box, its gateway, the home."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.settings import Settings
from cozy.rooms.files import service as files
from tests.connectors.conftest import last_job
from tests.jobs.conftest import every
from tests.sdk import dovecot
from tests.sdk.servers import webdav
from tests.sdk.test_mailbox import PDF, PICTURE, bill, photos

NEWS = "<rss version='2.0'><channel><title>News</title>{}</channel></rss>"
ITEM = "<item><guid>{0}</guid><title>Article {0}</title><description>Text {0}</description></item>"


@pytest.fixture
def settings(tmp_path, postgres):
    """The home is reached by https, so that a box brings its own certificate, and believes the machine's as well."""
    return Settings(data=str(tmp_path / "data"), postgres=postgres, public_url="https://")


@pytest.fixture
def on_page():
    return "/my/connectors"


@pytest.fixture
async def reader(reader):
    """The owner's browser, as https has its cookie called."""
    reader.cookies.set("__Host-cozy-session", reader.cookies["cozy-session"])
    return reader


@pytest.fixture
def add(reader, house, home, clock):
    """Add an account; its page, and its first job once that has ended."""

    async def add(slug, folder, **fields):
        clock.advance(minutes=1)
        typed = {f"field-{name}": value for name, value in fields.items()}
        added = await reader.submit(f"/my/connectors/{slug}/add", folder=folder, every="never", **typed)
        assert added.status_code == 303, added.text
        return added.headers["location"], await last_job(house, home)

    return add


@pytest.fixture
def again(reader, house, home, clock):
    """Run an account once more; its job, once that has ended."""

    async def again(page):
        clock.advance(minutes=1)
        assert (await reader.submit(f"{page}/run")).status_code == 303
        return await last_job(house, home)

    return again


def brought(work, folder):
    """The paths of all files below a folder, and how large they are."""

    def below(file, path):
        for child in files.children(work, file.id):
            there = f"{path}/{child.name}"
            yield from below(child, there) if child.is_folder else [(there, child.size)]

    return dict(below(files.at_path(work, folder), folder))


async def test_a_mailbox_of_dovecot(add, again, reader, house, home, monkeypatch):
    with dovecot.running() as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        for number, raw in enumerate((bill(), photos())):
            server.deliver(raw, f"{number}.mail")
        mailbox = {
            "server": "127.0.0.1", "port": str(server.port), "login": dovecot.LOGIN, "password": dovecot.PASSWORD, "what": "all",
            "since": "all", "folders": "INBOX", "security": "tls",
        }  # fmt: skip
        page, job = await add("mailbox", "/Mails", **mailbox)
        assert (job["state"], job.get("error")) == ("done", None)
        there = {
            "/Mails/Bills/Électricité du Nord/2026-03-04 facture_0042.pdf": len(PDF),
            "/Mails/Théo/plage été.jpg": len(PICTURE),
        }
        assert await house.read(home, SYSTEM, brought, "/Mails") == there
        (kept,) = await house.read(home, SYSTEM, every, "io.cozy.bills")
        assert (kept["vendor"], kept["amount"], kept["currency"]) == ("Électricité du Nord", 1234.56, "EUR")
        assert set(server.flags()) <= {""}, "what was read by the home is unread for its owner"

        assert (await again(page))["state"] == "done"
        assert await house.read(home, SYSTEM, brought, "/Mails") == there
        assert "2 new files" in (await reader.get(page)).text

        page, job = await add("mailbox", "/Others", **{**mailbox, "password": "wrong"})
        assert (job["state"], job["error"]) == ("errored", "LOGIN_FAILED")
    said = [str(each) for doctype in ("io.cozy.accounts", "io.cozy.jobs") for each in await house.read(home, SYSTEM, every, doctype)]  # fmt: skip
    assert not [each for each in said if dovecot.PASSWORD in each]


async def test_a_folder_of_wsgidav(add, again, house, home, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "Été" / "plage").mkdir(parents=True)
    (elsewhere / "a.txt").write_bytes(b"a")
    (elsewhere / "Été" / "plage" / "été & sable.jpg").write_bytes(PICTURE * 100)
    with webdav(elsewhere) as url:
        page, job = await add("webdav", "/Cloud", url=url, login="me", password="open sesame")
        assert (job["state"], job.get("error")) == ("done", None)
        there = {"/Cloud/a.txt": 1, "/Cloud/Été/plage/été & sable.jpg": 100 * len(PICTURE)}
        assert await house.read(home, SYSTEM, brought, "/Cloud") == there

        (elsewhere / "a.txt").write_bytes(b"another a")
        (elsewhere / "Été" / "new.txt").write_bytes(b"new")
        assert (await again(page))["state"] == "done"
        assert await house.read(home, SYSTEM, brought, "/Cloud") == {
            **there,
            "/Cloud/a.txt": 9,
            "/Cloud/Été/new.txt": 3,
        }


async def test_a_feed_of_a_site(add, again, reader, house, home, site):
    url = site.give("/rss", NEWS.format(ITEM.format(1)).encode())
    page, job = await add("feeds", "/News", url=url)
    assert (job["state"], job.get("error")) == ("done", None)
    site.give("/rss", NEWS.format(ITEM.format(1) + ITEM.format(2)).encode())
    assert (await again(page))["state"] == "done"
    found = await house.read(home, SYSTEM, brought, "/News")
    assert sorted(found) == ["/News/Article 1.md", "/News/Article 2.md"]
    may = (await reader.get("/my/connectors/feeds")).text
    assert ("Only what is in the folders that it fills" in may, "referenced_by" in may) == (True, False)
