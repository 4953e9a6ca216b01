"""The program as people run it: commands and servers, each in a process of its own, and a plain client beside it."""

import http.client
import io
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import anyio
import pytest

from cozy.app.cli import main
from cozy.app.configuration import load
from cozy.app.house import opened
from cozy.kernel.home import origin_of
from cozy.rooms.auth import service as auth
from cozy.rooms.homes.model import Profile
from tests import workers

T = TypeVar("T")
DOMAIN = "alice.localhost"
ROOT = "io.cozy.files.root-dir"
COZY = [sys.executable, "-c", "from cozy.app.cli import main; main()"]
SOURCES = str(Path(__file__).parents[1] / "src")
STARTS_WITHIN_S = 120.0


def environment(**more: str) -> dict[str, str]:
    """What our processes see: no setting of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COZY_")}
    return {**kept, "PYTHONPATH": SOURCES, "COLUMNS": "200", **more}


def apart(act: Callable[[], T]) -> T:
    """Do it in a thread of its own: Playwright's loop may run in this one, and another cannot."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(act).result()


def make_home(data: Path, domain: str = DOMAIN, quota: int | None = None) -> None:
    """A home in a data folder, without the cost of its passphrase."""

    async def making() -> None:
        settings = load(data=str(data))
        async with opened(settings) as house:
            profile = Profile(public_name="Alice", email="alice@example.org")
            await auth.open_home(house, domain, profile, origin_of(settings, domain), quota)

    anyio.run(making)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def _here(*args: object) -> Done:
    """The command's own entry, with streams that bytes can be read from."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code: int | str | None = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["cozy", *map(str, args)])
        for name in [name for name in os.environ if name.startswith("COZY_")]:
            patch.delenv(name)
        try:
            main()
        except SystemExit as end:
            code = end.code
    return Done(int(code or 0), *(stream.buffer.getvalue().decode() for stream in (out, err)))


@dataclass
class Cozy:
    """The command `cozy` over one data folder. prefix: a command that it is run through; entry: what is run as `cozy`."""

    data: Path
    prefix: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    entry: tuple[str, ...] = tuple(COZY)

    def started(self, *args: object, **options: Any) -> subprocess.Popen[bytes]:
        """A command under way."""
        line = [*self.prefix, *self.entry, "--data", str(self.data), *map(str, args)]
        settings: dict[str, Any] = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "env": environment(**({**workers.told(self.data), **self.env} if workers.WORKERS else self.env)),
            "cwd": self.data.parent,
        }
        return subprocess.Popen(line, **{**settings, **options})

    def __call__(self, *args: object, **options: Any) -> Done:
        """A command, finished. In this very process, which is quicker, unless it needs one of its own."""
        if not self.prefix and not options:
            return _here("--data", self.data, *args)
        with self.started(*args, **options) as process:
            out, err = process.communicate(timeout=600)
        return Done(process.returncode, out.decode(), err.decode())

    def token(self, domain: str = DOMAIN) -> str:
        """A bearer token for everything in a home."""
        done = self("token", domain)
        assert done.code == 0, done.err
        return done.out.strip()


class Server:
    """`cozy serve` on a free port, or on this one; a context that ends it."""

    def __init__(self, cozy: Cozy, log: Path, port: int = 0, **options: Any) -> None:
        self._log = log
        began = time.monotonic()
        self._clients: list[Client] = []
        host = cozy.env.get("COZY_HOST", "127.0.0.1")
        self._proxy = workers.Proxy(host, port) if workers.WORKERS else None
        self._workers: list[subprocess.Popen[bytes]] = []
        proxy = self._proxy
        ports = [workers.free(host) for _ in range(workers.WORKERS)]
        for number, own in enumerate(ports):
            assert proxy is not None
            told = {
                "COZY_PUBLIC_URL": f"http://:{proxy.port}",
                "COZY_TRUSTED_PROXIES": "127.0.0.1",
                **workers.told(cozy.data),
                **cozy.env,
            }
            for name in workers.OF_ONE if number else ():
                told.pop(name, None)
            worker = replace(cozy, data=cozy.data.with_name(f"{cozy.data.name}.worker{number}"), env=told)
            with log.open("ab") as errors:
                self._workers.append(
                    worker.started("serve", "--port", own, stderr=errors, bufsize=0, **options)
                )
        if proxy is not None:
            self.process = self._workers[0]
            for each in self._workers:
                self._announced(each)
            proxy.begin(ports, lambda: self.process.poll() is None)
            self.port = proxy.port
        else:
            with log.open("ab") as errors:
                self.process = cozy.started("serve", "--port", port, stderr=errors, bufsize=0, **options)
            self.port = self._announced(self.process)
        self.started_in = time.monotonic() - began

    def _announced(self, process: subprocess.Popen[bytes]) -> int:
        assert process.stdout is not None
        line = b""
        until = time.monotonic() + STARTS_WITHIN_S
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
            piece = os.read(process.stdout.fileno(), 1024) if ready else b""
            if not piece:
                self.kill()
                raise AssertionError(f"the server did not start: {self.errors()}")
            line += piece
        return int(line.split(b"\n")[0].rpartition(b":")[2])

    @property
    def processes(self) -> list[subprocess.Popen[bytes]]:
        """All that serve: the one, or each worker."""
        return self._workers or [self.process]

    def client(self, token: str, **options: Any) -> "Client":
        """Somebody who holds a token; hangs up when the server is left."""
        self._clients.append(Client(self.port, token, **options))
        return self._clients[-1]

    def kill(self) -> None:
        """End it as a power cut does: nothing gets a last word."""
        for each in self.processes:
            each.send_signal(signal.SIGKILL)
        self._reap()

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        for each in self.processes:
            each.terminate()
        return self._reap()

    def _reap(self) -> int:
        if self._proxy is not None:
            self._proxy.end()
        codes = [each.wait(timeout=120) for each in self.processes]
        for each in self.processes:
            if each.stdout is not None:
                each.stdout.close()
        return max(codes, key=abs)

    def errors(self) -> str:
        """What it logged."""
        return self._log.read_text(errors="replace")

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()
        for client in self._clients:
            client.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        """The body."""
        return json.loads(self.body)

    @property
    def data(self):
        """The member `data` of a JSON:API document."""
        return self.json["data"]


class Client:
    """One connection to one home, with a bearer token. Any failure to get a whole answer is an OSError or HTTPException."""

    def __init__(self, port: int, token: str, domain: str = DOMAIN, timeout: float = 60.0) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.headers = {"Host": f"{domain}:{port}", "Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body=None, headers=None, **query: object) -> Answer:
        """Ask. path: with its holes filled; query: the query string."""
        return self.at(
            method, quote(path, safe="/:@") + (f"?{urlencode(query)}" if query else ""), body, headers
        )

    def at(self, method: str, url: str, body=None, headers=None) -> Answer:
        """Ask at an address as the server gave it."""
        here = url.partition("//")[2].partition("/")[2] if "://" in url else url.removeprefix("/")
        self._connection.request(method, f"/{here}", body=body, headers={**self.headers, **(headers or {})})
        answer = self._connection.getresponse()
        headers = {k.lower(): v for k, v in answer.getheaders()}
        if answer.status == 502 and headers.get("server") == "Caddy":  # it got none itself, nor do we
            answer.read()
            raise ConnectionResetError
        return Answer(answer.status, headers, answer.read())

    def upload(self, name: str, body, dir_id: str = ROOT, **headers: str) -> Answer:
        """A new file."""
        return self("POST", f"/files/{dir_id}", body, headers, Type="file", Name=name)

    def mkdir(self, name: str, dir_id: str = ROOT) -> Answer:
        """A new folder."""
        return self("POST", f"/files/{dir_id}", Type="directory", Name=name)

    def overwrite(self, id_: str, body, **headers: str) -> Answer:
        """A new content of a file."""
        return self("PUT", f"/files/{id_}", body, {"Content-Type": "application/octet-stream", **headers})

    def patch(self, id_: str, **attributes: object) -> Answer:
        """Change what is said of a file: `name`, `dir_id`…"""
        document = {"data": {"type": "io.cozy.files", "id": id_, "attributes": attributes}}
        return self(
            "PATCH", f"/files/{id_}", json.dumps(document), {"Content-Type": "application/vnd.api+json"}
        )

    def show(self, id_: str) -> Answer:
        """What is said of a file."""
        return self("GET", f"/files/{id_}")

    def children(self, dir_id: str = ROOT) -> dict[str, dict]:
        """The resources in a folder, by name."""
        found, url = {}, f"/files/{dir_id}?page[limit]=100"
        while url:
            answer = self.at("GET", url)
            assert answer.status == 200, answer
            page = json.loads(answer.body)
            found.update({item["attributes"]["name"]: item for item in page.get("included", ())})
            url = page.get("links", {}).get("next")
        return found

    def download(self, id_: str) -> Answer:
        """What a file holds."""
        return self("GET", f"/files/download/{id_}")

    def close(self) -> None:
        self._connection.close()


def left_behind(data: Path) -> list[Path]:
    """Temporary files of uploads that did not end well."""
    return sorted(data.glob("homes/*/uploads/*"))
