"""What a monitor is told: figures, and neither a home's name nor an id."""

import asyncio
import json
import socket
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import httpx2
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from cozy.app import logs
from cozy.app.metrics import Counted, monitor
from cozy.app.public import certificates
from cozy.app.server import Homes, serving
from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.files import service as files
from tests.program import Cozy, Server, make_home


@pytest.fixture
async def asked(house):
    """A monitor."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(monitor(house)), base_url="http://127.0.0.1:9090"
    ) as client:
        yield client


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_proxy_asks_there_whether_a_host_may_have_a_certificate(house, home):
    transport = httpx2.ASGITransport(monitor(house, certificates("/certificate", house, Homes(house).at)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:9090") as proxy:
        asked = {
            name: await proxy.get("/certificate", params={"domain": name})
            for name in (home.domain, "made.up")
        }
    assert {name: answer.status_code for name, answer in asked.items()} == {home.domain: 200, "made.up": 404}


@pytest.fixture
async def counted(house, home):
    """The owner's program, at a server that counts."""
    token = await house.read(home, SYSTEM, auth.mint)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(Counted(serving(house))),
        base_url=home.origin,
        headers={"authorization": f"Bearer {token}"},
    ) as client:
        yield client


async def figures(asked) -> dict[tuple, float]:
    text = (await asked.get("/metrics")).text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_the_first_word_of_their_path_and_by_status(asked, counted):
    before = await figures(asked)
    for path in (f"/files/{files.ROOT}", "/files/no-such-file-at-all", "/who-knows/what"):
        await counted.get(path)
    after = await figures(asked)

    def more(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more("cozy_requests_total", "200", "GET", "files") == 1
    assert more("cozy_requests_total", "404", "GET", "files") == 1
    assert more("cozy_requests_total", "404", "GET", "other") == 1
    assert more("cozy_request_seconds_count", "files") == 2


async def test_no_figure_tells_of_a_home_or_of_what_is_in_it(asked, counted, house, home):
    file = (await counted.post(f"/files/{files.ROOT}?Type=file&Name=secret", content=b"x")).json()["data"][
        "id"
    ]
    await counted.request("MAKETEA", f"/files/{file}")
    await counted.get(f"/{home.id}/{home.domain}")
    text = (await asked.get("/metrics")).text
    assert "cozy_homes{" in text
    for told in (home.id, home.domain, file, "secret", "MAKETEA"):
        assert told not in text


async def test_homes_and_databases_are_counted(asked, home, house):
    said = await figures(asked)
    assert said["cozy_homes", "active"] == 1
    assert said["cozy_homes_due",] == 1
    assert any(name[0] == "cozy_storage" for name in said)
    assert said["cozy_disk_bytes", "free"] > 0


async def test_jobs_are_counted_by_kind(asked, counted, house, home, clock):
    await counted.post(f"/files/{files.ROOT}?Type=file&Name=letter.txt", content=b"Dear Bob")
    before = await figures(asked)
    worker = Worker(poll_s=0.05)
    async with worker.running(house):
        for _ in range(200):
            clock.advance(minutes=1)
            worker.wake(home)
            after = await figures(asked)
            if any(after[name] > before.get(name, 0) for name in after if name[0] == "cozy_jobs_total"):
                break
            await asyncio.sleep(0.05)
    grown = {name for name in after if name[0] == "cozy_jobs_total" and after[name] > before.get(name, 0)}
    assert grown
    assert all("done" in name for name in grown)


async def test_a_process_that_is_about_to_stop_is_alive_and_not_ready(asked, house):
    assert [(await asked.get(path)).status_code for path in ("/healthz", "/readyz")] == [200, 200]
    house.leaving.set()
    assert (await asked.get("/healthz")).status_code == 200
    answer = await asked.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "stopping\n")


@pytest.mark.on_disk
async def test_a_process_without_its_contents_is_not_ready(asked, house, settings):
    folder = Path(settings.data) / "homes"
    folder.rename(folder.with_name("away"))
    try:
        answer = await asked.get("/readyz")
    finally:
        folder.with_name("away").rename(folder)
    assert (answer.status_code, answer.text) == (503, "contents\n")


@pytest.mark.one_process("each counts what it was asked itself")
def test_the_server_tells_it_on_an_address_of_its_own_and_nowhere_else(tmp_path):
    make_home(tmp_path / "data")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    cozy = Cozy(tmp_path / "data", env={"COZY_METRICS_LISTEN": f"127.0.0.1:{port}"})
    with Server(cozy, tmp_path / "log") as server:
        client = server.client(cozy.token())
        assert client("GET", "/metrics").status == 404
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
            assert b'cozy_requests_total{area="other"' in answer.read()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60) as answer:
            assert answer.read() == b"ok\n"
        with pytest.raises(HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/files", timeout=60)
        assert server.stop() == 0


@pytest.mark.one_process("it is told to stop alone; the others go on")
def test_a_server_that_is_told_to_stop_says_so_and_goes_on_until_it_is_told_again(tmp_path):
    make_home(tmp_path / "data")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    cozy = Cozy(tmp_path / "data", env={"COZY_METRICS_LISTEN": f"127.0.0.1:{port}", "COZY_DRAIN_S": "600"})
    with Server(cozy, tmp_path / "log") as server:
        client = server.client(cozy.token())
        assert "connection" not in client.upload("before", b"x").headers
        server.process.terminate()
        assert _when_not_ready(port) == b"stopping\n"
        answer = client.upload("meanwhile", b"x")
        assert (answer.status, answer.headers["connection"]) == (201, "close")
        assert client.children().keys() >= {"before", "meanwhile"}
        assert server.stop() == 0


def _when_not_ready(port: int) -> bytes:
    """What a process says of itself once it wants no more requests."""
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60).close()
        except HTTPError as refused:
            return refused.read()


def test_lines_of_the_log_are_objects_when_programs_read_them(capsys):
    logs.set_up(as_json=True)
    try:
        structlog.get_logger().warning("a picture cannot be drawn", home="1f")
    finally:
        structlog.reset_defaults()
    said = json.loads(capsys.readouterr().err)
    assert (said["event"], said["level"], said["home"]) == ("a picture cannot be drawn", "warning", "1f")
