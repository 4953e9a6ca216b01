"""The whole of a host as a large hoster has it, in place of one process over a folder: COZY_TEST_WORKERS workers that share PostgreSQL and an
S3 service, and nothing on a disk, behind a proxy that sends each request to the next of them.
"""

from __future__ import annotations

import atexit
import base64
import hashlib
import inspect
import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cozy.app import cli, configuration
from cozy.backends import caddy
from cozy.kernel.settings import Settings
from tests.seaweed import BUCKET, program
from tests.seaweed import served as s3_served

WORKERS = int(os.environ.get("COZY_TEST_WORKERS", "0"))
_stack = ExitStack()
_hosts: dict[Path, dict[str, str]] = {}  # by data folder: what its workers are told
_shared: dict[str, str] = {}
OF_ONE = ("COZY_ADMIN_LISTEN", "COZY_METRICS_LISTEN")  # addresses, where one of the workers listens


def begin() -> None:
    """From now on whoever reads the settings of a data folder is led to what its workers share."""
    read = configuration.load

    def load(file: Path | None = None, **options: Any) -> Settings:
        settings = read(file, **options)
        if not options.get("data") or settings.postgres or settings.contents:
            return settings
        shared = told(Path(options["data"]))
        options |= {name.removeprefix("COZY_").lower(): each for name, each in shared.items()}
        return read(file, **options)

    configuration.load = cli.load = load  # type: ignore[assignment]


def start() -> None:
    """PostgreSQL and the S3 service, in a thread that stays: the service ends with the thread that began it."""
    from tests.plugins import postgres

    atexit.register(_stack.close)
    bin_, weed = postgres.programs(), program()
    assert bin_ is not None
    assert weed is not None
    served = postgres.served(bin_, [*postgres.FAST, "max_connections=400"])
    _shared["postgres"] = _stack.enter_context(served).url
    service = _stack.enter_context(s3_served(weed))
    _shared["s3"] = service.endpoint
    os.environ.update(service.env)


def told(data: Path) -> dict[str, str]:
    """What the workers of a host are told, by the folder that its one process would have."""
    data = data.absolute()
    known = next((each for each in _hosts if data == each or str(data).startswith(f"{each}.worker")), None)
    if known is not None:
        return _hosts[known]
    name = f"host_{hashlib.sha256(str(data).encode()).hexdigest()[:16]}"
    with psycopg.connect(_shared["postgres"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    data.mkdir(0o700, parents=True, exist_ok=True)
    key = data / "shared.key"
    key.touch(0o600)
    key.write_bytes(base64.b64encode(secrets.token_bytes(32)))
    _hosts[data] = {
        "COZY_POSTGRES": _shared["postgres"].replace("dbname=postgres", f"dbname={name}"), "COZY_KEY_FILE": str(key),
        "COZY_CONTENTS": f"s3://{BUCKET}/{name}-{secrets.token_hex(4)}", "COZY_S3_ENDPOINT": _shared["s3"], "COZY_POSTGRES_CONNECTIONS": "4",
    }  # fmt: skip
    return _hosts[data]


class Proxy:
    """Sends each request to the next worker. host, port: where it listens and they do; a free one for 0."""

    def __init__(self, host: str, port: int = 0) -> None:
        self._host, self.port = host, port or free(host)
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="cozy-proxy-")

    def begin(
        self, ports: Sequence[int], is_open: Callable[[], bool], hosts: Sequence[str] = (), more: str = ""
    ) -> None:
        """From now on. hosts: those of the workers, where they are not its own; more: what Caddy is told of them else."""
        to = " ".join(
            f"{host}:{port}" for host, port in zip(hosts or [self._host] * len(ports), ports, strict=True)
        )
        here = "127.0.0.1 ::1" if self._host == "127.0.0.1" else self._host
        text = f"""{{
            admin off
            auto_https off
            persist_config off
        }}
        http://:{self.port} {{
            bind {here}
            reverse_proxy {to} {{
                lb_policy round_robin
                flush_interval -1
                {more}
            }}
        }}
        """
        file = Path(self._folder.name) / "Caddyfile"
        file.write_text(text)
        line = [caddy.program(), "run", "--config", file, "--adapter", "caddyfile"]
        home = {**os.environ, "XDG_DATA_HOME": self._folder.name, "XDG_CONFIG_HOME": self._folder.name}
        with (Path(self._folder.name) / "log").open("wb") as log:
            self._process = subprocess.Popen(line, stderr=log, env=home)
        until = time.monotonic() + 60
        while time.monotonic() < until and is_open():
            with socket.socket() as tried:
                if tried.connect_ex((self._host, self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError((Path(self._folder.name) / "log").read_text())

    def end(self) -> None:
        """No longer."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)
        self._folder.cleanup()


def free(host: str) -> int:
    """A port that nobody listens on."""
    with socket.create_server((host, 0)) as found:
        return int(found.getsockname()[1])


def is_asked(item: pytest.Function) -> bool:
    """Whether a test, or what is given to it, starts the program: it names what does, or what names that."""
    given = [each.func for all_ in item._fixtureinfo.name2fixturedefs.values() for each in all_]
    return any(_leads_to_program(each) for each in (item.function, *given))


@cache
def _leads_to_program(thing: Any) -> bool:
    from tests import program

    waiting, seen = [thing], set()
    while waiting:
        each = inspect.unwrap(waiting.pop())
        if each in {program.Cozy, program.Server}:
            return True
        if each in seen or not str(getattr(each, "__module__", "")).startswith("tests."):
            continue
        seen.add(each)
        parts = vars(each).values() if inspect.isclass(each) else [each]
        codes = [(part.__code__, part.__globals__) for part in parts if inspect.isfunction(part)]
        for code, names in codes:
            codes += [(inner, names) for inner in code.co_consts if inspect.iscode(inner)]
            waiting += [names[name] for name in code.co_names if callable(names.get(name))]
    return False
