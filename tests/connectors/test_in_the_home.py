"""A connector and a real home: what comes where, with the token of a run and nothing else."""

import json
import tempfile
from pathlib import Path

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth.service import tokens
from cozy.rooms.connectors import service as connectors
from cozy.rooms.connectors.service import Typed
from cozy.rooms.homes import service as homes
from cozy.sdk.keeping import InTheHome
from cozy.sdk.loading import shipped
from cozy.sdk.running import run
from tests.program import DOMAIN, Cozy, Server, make_home
from tests.sdk.servers import Gateway, Site, serving

FEED = """<rss version="2.0"><channel><title>News</title>{}</channel></rss>"""
ITEM = "<item><guid>{0}</guid><title>Article {0}</title><description>Text {0}</description></item>"


@pytest.fixture(scope="module")
def world():
    """A server with a home in which an account of a feed was added, the way to it, and a site."""
    with tempfile.TemporaryDirectory() as folder:
        data, site = Path(folder) / "data", Site()
        make_home(data)
        with serving(site.server):
            account, token = anyio.run(_added, data, f"http://site.example:{site.server.server_port}/rss")
            gateway = Gateway(Path(folder) / "gateway")
            cozy = Cozy(data)
            with Server(cozy, Path(folder) / "log") as server:
                yield site, server, server.client(cozy.token()), account, token, gateway
            gateway.close()


async def _added(data, url):
    """The account, and the token of a run."""
    settings = load(data=str(data))
    async with opened(settings) as house:
        home = home_of(settings, await house.read_host(homes.at, DOMAIN))
        typed = Typed({"url": url}, "/News/Mine", "never")
        account = await house.write(home, SYSTEM, connectors.add, "feeds", typed)
        return account, await house.read(home, SYSTEM, tokens.for_konnector, "feeds")


@pytest.fixture
def play(world, monkeypatch, capsys):
    """Run the connector as the home does; its exit status and what it said."""
    _, server, _, account, token, gateway = world
    monkeypatch.setenv("COZY_GATEWAY", gateway.path)

    def play(**fields):
        message = {"account": account.id, "konnector": "feeds", "folder_to_save": account.folder_id, **fields}
        status = run(
            shipped("feeds"),
            {
                "COZY_URL": f"http://{DOMAIN}:{server.port}/", "COZY_CREDENTIALS": token, "COZY_FIELDS": json.dumps(message),
                "COZY_JOB_ID": "job-1", "COZY_TIME_LIMIT": "300", "COZY_LOCALE": "en",
            },
        )  # fmt: skip
        return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return play


def test_articles_become_files_once_and_the_home_knows_where_they_come_from(world, play):
    site, _, client, account, *_ = world
    site.pages["/rss"] = (200, {}, FEED.format(ITEM.format(1)).encode())
    assert play(dry_run=True)[0] == 0
    assert client.children(account.folder_id) == {}

    assert play()[0] == 0
    there = client.children(account.folder_id)
    assert set(there) == {"Article 1.md"}
    told = there["Article 1.md"]["attributes"]
    assert told["cozyMetadata"]["sourceAccount"] == account.id
    assert told["cozyMetadata"]["createdByApp"] == "feeds"
    assert client.download(there["Article 1.md"]["id"]).body.startswith(b"# Article 1\n")

    client("DELETE", f"/files/{there['Article 1.md']['id']}")
    site.pages["/rss"] = (200, {}, FEED.format(ITEM.format(1) + ITEM.format(2)).encode())
    assert play()[0] == 0
    assert set(client.children(account.folder_id)) == {"Article 2.md"}, (
        "what was thrown away does not come back"
    )

    held = client("GET", f"/data/io.cozy.accounts/{account.id}").json
    ours = [
        each for each in held["data"]["runs"] if each["job"] == "job-1"
    ]  # beside the home's own first run
    assert [(each["files"], each["dry_run"]) for each in ours] == [(1, False), (1, False), (1, True)]


def test_a_failure_is_told_by_its_code_and_the_exit_status(world, play):
    site, *_ = world
    site.pages["/rss"] = (503, {}, b"")
    status, lines = play()
    assert (status, [line["message"] for line in lines if line["type"] == "critical"]) == (1, ["VENDOR_DOWN"])


def test_the_token_of_a_run_opens_its_folder_alone(world):
    _, server, client, account, token, _ = world
    own = server.client(token)
    elsewhere = client.mkdir("Private").data["id"]
    assert own("POST", f"/files/{elsewhere}", b"x", Type="file", Name="x").status == 404
    assert [who("GET", f"/files/{elsewhere}").status for who in (own, client)] == [404, 200]
    assert own("POST", f"/files/{account.folder_id}", b"x", Type="file", Name="x").status == 201


def test_two_runs_at_once_remember_what_both_brought(world, monkeypatch):
    _, server, _, account, token, gateway = world
    monkeypatch.setenv("COZY_GATEWAY", gateway.path)
    runs = [InTheHome(f"http://{DOMAIN}:{server.port}/", token, account.id, "feeds") for _ in range(3)]
    one, two, later = runs
    assert (one.memory("zz"), two.memory("zz")) == ({}, {})
    one.keep_memory("zz", {"a": ["1", ""]})
    two.keep_memory("zz", {"b": ["2", ""]})
    one.keep_memory("zz", {"a": ["1", ""], "c": ["3", ""]})
    assert later.memory("zz") == {"a": ["1", ""], "b": ["2", ""], "c": ["3", ""]}
    for each in runs:
        each.close()
