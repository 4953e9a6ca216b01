"""Boxes: what a program in one sees and reaches, and how it ends."""

import asyncio
import fcntl
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from cozy.backends.box import gateway
from cozy.backends.box.runner import Boxes
from cozy.kernel.home import Home
from cozy.kernel.running import CannotRun, Ended, Program
from cozy.kernel.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="boxes are made of what Linux has")
HTTP = Home("home-1", "alice.localhost", "http://alice.localhost:8080")
HTTPS = Home("home-1", "alice.example.org", "https://alice.example.org")


class Site:
    """A web server on loopback: somebody's site, or the home itself."""

    def __init__(self) -> None:
        self.port = 0
        self.askers: list[str | None] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.askers.append(request.remote)
        return web.json_response({"host": request.headers["host"], "path": request.path, "length": len(body)})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    runner = web.AppRunner(web.Application(client_max_size=1 << 30))
    runner.app.router.add_route("*", "/{path:.*}", site.answer)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    site.port = runner.addresses[0][1]
    yield site
    await runner.cleanup()


@pytest.fixture(params=[True, False], ids=["namespaces", "landlock"])
def namespaces(request: pytest.FixtureRequest) -> bool:
    """On a host with namespaces, and on one that gives none."""
    return request.param


@pytest.fixture
def boxes(site: Site, namespaces: bool) -> Boxes:
    """Boxes whose home is that site, and which may go to loopback."""
    settings = Settings(port=site.port, box_memory_mb=256)
    return Boxes(settings, lambda address: address == "127.0.0.1", namespaces=namespaces)


def node(script: str, *arguments: str, **environment: str) -> Program:
    files = [("index.js", script.encode())]
    return Program(language="node", arguments=("index.js", *arguments), environment=environment, files=files)


async def said(boxes: Boxes, program: Program, home: Home = HTTP) -> Any:
    """What a program printed, as JSON."""
    lines: list[bytes] = []
    ended = await boxes.run(home, program, lines.append)
    assert ended == Ended(0, "", ended.errors), (ended, lines)
    return json.loads(lines[-1])


SEES = """
const fs = require('fs')
const can = (fn) => { try { fn(); return true } catch (error) { return error.code } }
fs.writeFileSync('kept.txt', 'here')
console.log(JSON.stringify({
  secret: can(() => fs.readFileSync(process.argv[2])),
  folder: can(() => fs.readdirSync(process.argv[3])),
  passwd: can(() => fs.readFileSync('/etc/passwd')),
  outside: can(() => fs.writeFileSync(process.argv[3] + '/new', '')),
  shell: can(() => { const { error } = require('child_process').spawnSync('/bin/sh', ['-c', 'true']); if (error) throw error }),
  names: Object.keys(process.env).filter((name) => !/^(HOME|TMPDIR|LANG|PATH|NODE_OPTIONS|COZY_GATEWAY)$/.test(name)),
  home: process.env.HOME === process.cwd(),
}))
"""


async def test_a_program_sees_its_own_folder_and_nothing_of_ours(
    boxes: Boxes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "home.db").write_text("secret")
    monkeypatch.setenv("SECRET", "ours")
    program = node(SEES, str(tmp_path / "home.db"), str(tmp_path), COZY_URL="http://alice.localhost")
    seen = await said(boxes, program)
    refused = {seen.pop(name) for name in ("secret", "folder", "passwd", "outside", "shell")}
    assert refused <= {"EACCES", "ENOENT", "EROFS"}
    assert seen == {"names": ["COZY_URL"], "home": True}
    assert list(tmp_path.iterdir()) == [tmp_path / "home.db"]


FETCHES = """
const http = require('http')
const net = require('net')
const over = (url, data) => new Promise((resolve) => {
  const request = http.request(url, { method: data ? 'POST' : 'GET' }, (answer) => {
    let text = ''
    answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve(JSON.parse(text)))
  })
  request.on('error', (error) => resolve(error.code))
  request.end(data)
})
const raw = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => socket.end('GET /raw HTTP/1.0\\r\\nhost: x\\r\\n\\r\\n'))
  let text = ''
  socket.on('data', (chunk) => (text += chunk)).on('close', () => resolve(text.split('\\r\\n')[0]))
})
;(async () => {
  const [, , site, dead] = process.argv
  console.log(JSON.stringify({
    http: await over(`http://127.0.0.1:${site}/some`),
    sent: (await over(`http://127.0.0.1:${site}/some`, 'x'.repeat(3000000))).length,
    fetched: await (await fetch(`http://127.0.0.1:${site}/fetched`)).json(),
    raw: await raw(site),
    home: await over('http://alice.localhost:8080/settings'),
    refused: await over('http://127.0.0.2/'),
    dead: await over(`http://127.0.0.1:${dead}/`),
    unknown: await over('http://no-such-name.invalid/'),
    mail: await over('http://127.0.0.1:25/'),
    other: await fetch('http://127.0.0.2/').catch((error) => error.cause.code),
  }))
})()
"""


async def test_whatever_library_asks_goes_through_the_gateway_and_no_further_than_it_may(
    boxes: Boxes, site: Site
):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()[1]
    program = node(FETCHES, str(site.port), str(dead))
    at = f"127.0.0.1:{site.port}"
    assert await said(boxes, program) == {
        "http": {"host": at, "path": "/some", "length": 0}, "sent": 3_000_000,
        "fetched": {"host": at, "path": "/fetched", "length": 0}, "raw": "HTTP/1.0 200 OK",
        "home": {"host": "alice.localhost:8080", "path": "/settings", "length": 0},
        "refused": "EACCES", "dead": "ECONNREFUSED", "unknown": "ENOTFOUND", "mail": "EACCES", "other": "EACCES",
    }  # fmt: skip


SECURELY = """
const https = require('https')
const over = (url) => new Promise((resolve) => {
  https.get(url, (answer) => {
    let text = ''
    answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve(JSON.parse(text).path))
  }).on('error', (error) => resolve(error.code))
})
;(async () => {
  console.log(JSON.stringify([
    await over('https://alice.example.org/one'),
    await (await fetch('https://alice.example.org/two', { method: 'POST', body: 'x'.repeat(300000) })).json(),
    await over('https://127.0.0.2/'),
  ]))
})()
"""


async def test_a_home_that_is_reached_by_https_is_so_from_its_boxes(boxes: Boxes):
    two = {"host": "alice.example.org", "path": "/two", "length": 300_000}
    assert await said(boxes, node(SECURELY), HTTPS) == ["/one", two, "EACCES"]


PYTHON = """
import json, os, socket, ssl, urllib.request
def refused(call):
    try:
        call()
    except OSError as error:
        return type(error).__name__
def through(host, port):
    gateway = socket.socket(socket.AF_UNIX)
    gateway.connect(os.environ["COZY_GATEWAY"])
    gateway.sendall(f"CONNECT {host}:{port} HTTP/1.1\\r\\n\\r\\n".encode())
    assert gateway.recv(100).startswith(b"HTTP/1.1 200")
    secure = ssl.create_default_context().wrap_socket(gateway, server_hostname=host)
    secure.sendall(f"GET /python HTTP/1.0\\r\\nhost: {host}\\r\\n\\r\\n".encode())
    return secure.recv(12).decode()
print(json.dumps({
    "home": through("alice.example.org", 443),
    "internet": refused(lambda: socket.socket(socket.AF_INET)),
    "files": refused(lambda: open("/etc/passwd")),
}))
"""


async def test_python_is_run_in_the_same_way(boxes: Boxes):
    program = Program(
        language="python", arguments=("-m", "inner.start"), files=[("inner/start.py", PYTHON.encode())]
    )
    found = await said(boxes, program, HTTPS)
    assert found["files"] in {"PermissionError", "FileNotFoundError"}
    assert (found["home"], found["internet"]) == ("HTTP/1.0 200", "OSError")


async def test_a_box_is_not_taken_for_a_proxy_of_this_machine(boxes: Boxes, site: Site):
    await said(boxes, node("fetch('http://alice.localhost:8080/').then(() => console.log('1'))"))
    assert site.askers == ["127.0.0.2"]


CONNECTS = """
const net = require('net')
const reach = (path) => new Promise((resolve) => {
  const socket = net.connect({ path }, () => socket.end(resolve('reached'))).on('error', (error) => resolve(error.code))
})
;(async () => {
  console.log(JSON.stringify([await reach(process.argv[2]), await reach('\\0' + process.argv[3]), await reach('/run/nothing'),
    await (await fetch(`http://127.0.0.1:${process.argv[4]}/`)).json()]))
})()
"""


async def test_what_comes_late_for_a_program_that_is_gone_is_a_connection_lost():
    ours, theirs = socket.socketpair()
    _, writer = await asyncio.open_unix_connection(sock=ours)
    writer.close()
    await writer.wait_closed()
    late = asyncio.StreamReader()
    late.feed_data(b"late")
    late.feed_eof()
    with pytest.raises(ConnectionResetError):
        await gateway._carry(late, writer)
    theirs.close()


async def test_a_talk_that_is_cut_off_with_its_box_is_no_error_of_the_program(tmp_path: Path):
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, error: told.append(error))
    (tmp_path / "shown").mkdir()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    host, port = silent.sockets[0].getsockname()
    async with gateway.opened(tmp_path, HTTP, (host, port), lambda address: True):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "shown" / "gateway")
        writer.write(f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert await reader.read() == b""
    writer.close()
    silent.close()
    await silent.wait_closed()
    await asyncio.sleep(0.01)
    assert told == []


async def test_no_other_local_socket_is_in_reach(boxes: Boxes, site: Site):
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_UNIX) as nameless,
    ):
        named.bind(f"{folder}/socket")
        nameless.bind(f"\0{folder}")
        for each in (named, nameless):
            each.listen()
        *refused, fetched = await said(boxes, node(CONNECTS, f"{folder}/socket", folder, str(site.port)))
    assert set(refused) <= {"ENOENT", "EACCES", "ECONNREFUSED", "EPERM"}
    assert fetched["path"] == "/"


@pytest.mark.parametrize(
    "postgres", ["host=/run/postgresql dbname=cozy", "dbname=cozy", "postgresql:///cozy"]
)
async def test_no_program_runs_where_a_socket_leads_to_the_database(site: Site, postgres: str):
    settings = Settings(port=site.port, postgres=postgres)
    assert await said(Boxes(settings, lambda address: False), node("console.log(1)")) == 1
    with pytest.raises(CannotRun, match="database"):
        await said(Boxes(settings, lambda address: False, namespaces=False), node("console.log(1)"))


async def test_a_database_that_is_reached_by_the_network_is_out_of_reach_anyway(site: Site):
    settings = Settings(port=site.port, postgres="postgresql://cozy@127.0.0.1/cozy")
    assert await said(Boxes(settings, lambda address: False, namespaces=False), node("console.log(1)")) == 1


EATS = "const kept = []; setInterval(() => kept.push(Buffer.alloc(16 << 20, 1)), 5)"
FILLS = "const kept = []; for (;;) kept.push(new Array(100000).fill(1.5))"


@pytest.mark.parametrize("script", [EATS, FILLS], ids=["buffers", "heap"])
async def test_a_program_that_eats_memory_is_ended_for_it(site: Site, script: str):
    boxes = Boxes(Settings(port=site.port, box_memory_mb=160), lambda address: False)
    ended = await boxes.run(HTTP, node(script), lambda line: None)
    assert (ended.code != 0, ended.why) == (True, "memory"), ended


HIDES = """
import os, time
def mapped():
    import mmap
    kept = []
    for _ in range(20):
        kept.append(mmap.mmap(-1, 16 << 20))
        kept[-1].write(b"1" * (16 << 20))
    time.sleep(5)
def unmapped():
    for number in range(20):
        os.write(os.memfd_create(str(number)), b"1" * (16 << 20))
"""


async def test_memory_that_is_shared_or_of_no_process_counts_too(site: Site, namespaces: bool):
    boxes = Boxes(Settings(port=site.port, box_memory_mb=160), lambda address: False, namespaces=namespaces)
    mapped, unmapped = (
        Program(language="python", arguments=("hides.py",), files=[("hides.py", f"{HIDES}{call}()".encode())])
        for call in ("mapped", "unmapped")
    )
    assert (await boxes.run(HTTP, mapped, lambda line: None)).why == "memory"
    ended = await boxes.run(HTTP, unmapped, lambda line: None)
    assert (ended.code, "PermissionError" in ended.errors) == (1, True)


UNLINKS = """
import os, time
for number in range(40):
    file = open(str(number), "wb")
    os.unlink(str(number))
    globals()[f"file{number}"] = file
    file.write(b"1" * (1 << 20))
    file.flush()
time.sleep(10)
"""


async def test_files_without_a_name_take_their_room_too(
    site: Site, namespaces: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("cozy.backends.box.runner.DISK", 20 << 20)
    boxes = Boxes(Settings(port=site.port), lambda address: False, namespaces=namespaces)
    program = Program(language="python", arguments=("unlinks.py",), files=[("unlinks.py", UNLINKS.encode())])
    assert (await boxes.run(HTTP, program, lambda line: None)).why == "disk"


HANGS = """
const { spawn } = require('child_process')
spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'mark-of-this-test'], { detached: true, stdio: 'ignore' })
process.on('SIGTERM', () => {})
console.log('ready')
setInterval(() => {}, 1000)
"""


async def test_a_program_that_nobody_waits_for_ends_with_all_that_it_started(boxes: Boxes):
    ready = asyncio.Event()
    run = asyncio.create_task(boxes.run(HTTP, node(HANGS), lambda line: ready.set()))
    await ready.wait()
    assert _marked() > 0
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert _marked() == 0


async def test_what_a_program_leaves_running_ends_with_it(boxes: Boxes):
    script = HANGS.replace("setInterval(() => {}, 1000)\n", "process.exit(3)\n")
    ended = await boxes.run(HTTP, node(script), lambda line: None)
    assert (ended.code, _marked()) == (3, 0)


def _marked() -> int:
    """The processes that the test's program started."""
    found = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found += b"mark-of-this-test" in (folder / "cmdline").read_bytes()
        except OSError:
            continue
    return found


async def test_lines_come_as_they_are_said_and_long_ones_are_cut(boxes: Boxes):
    lines: list[bytes] = []
    script = (
        "console.log('a'); console.log('b'.repeat(200000)); process.stdout.write('c'); console.error('oh')"
    )
    ended = await boxes.run(HTTP, node(script), lines.append)
    assert ([len(line) for line in lines], ended.errors) == ([1, 64 * 1024, 1], "oh\n")


async def test_texts_that_linux_would_not_hand_over_arrive(boxes: Boxes):
    program = node("console.log(process.env.COZY_COUCH_DOC.length)", COZY_COUCH_DOC="x" * 300_000)
    assert await said(boxes, program) == 300_000


async def test_a_program_dies_with_the_house(site: Site, tmp_path: Path, namespaces: bool):
    """Whoever started the box is killed, and nothing is left of it."""
    script = f"""
import asyncio, sys
from cozy.backends.box import gateway
from cozy.backends.box.runner import Boxes
from cozy.kernel.settings import Settings
from tests.backends.test_boxes import HANGS, HTTP, node
boxes = Boxes(Settings(port={site.port}), bool, namespaces={namespaces})
asyncio.run(boxes.run(HTTP, node(HANGS), lambda line: print("ready", flush=True)))
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "src:.", "TMPDIR": str(tmp_path)},
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.kill()
    await process.wait()
    for _ in range(6_000):
        if not _marked() and not list(tmp_path.iterdir()):
            break
        await asyncio.sleep(0.01)
    assert (_marked(), list(tmp_path.iterdir())) == (0, [])


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where boxes have their folders."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


BURROWS = """
import os
os.mkdir("closed")
os.mkdir("closed/inner")
os.symlink("/", "closed/away")
os.chmod("closed", 0)
for _ in range(1200):
    os.mkdir("deeper")
    os.chdir("deeper")
    open("file", "w").close()
"""


async def test_nothing_is_left_of_a_box_whatever_its_program_made(boxes: Boxes, temporary: Path):
    program = Program(language="python", arguments=("burrows.py",), files=[("burrows.py", BURROWS.encode())])
    ended = await boxes.run(HTTP, program, lambda line: None)
    assert (ended.code, list(temporary.iterdir())) == (0, []), ended.errors


async def test_what_a_power_cut_left_is_removed_and_what_others_are_at_is_not(site: Site, temporary: Path):
    left, held, young = (temporary / f"cozy-box-{name}" for name in ("left", "held", "young"))
    for folder in (left, held, young):
        (folder / "home" / "inner").mkdir(parents=True)
    for folder in (left, held):
        os.utime(folder, (0, 0))
    holding = os.open(held, os.O_RDONLY)
    fcntl.flock(holding, fcntl.LOCK_SH)
    await Boxes(Settings(port=site.port), lambda address: False).run(HTTP, node(""), lambda line: None)
    os.close(holding)
    assert sorted(temporary.iterdir()) == [held, young]


async def test_a_file_that_would_lie_outside_is_refused(boxes: Boxes):
    program = Program(language="node", arguments=("index.js",), files=[("../index.js", b"")])
    with pytest.raises(CannotRun):
        await boxes.run(HTTP, program, lambda line: None)
