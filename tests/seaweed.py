"""A real S3 service: SeaweedFS in a temporary folder, on loopback, gone at the end."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from cozy.backends.box.inside import linux
from cozy.backends.s3 import store_of

KEY, SECRET, BUCKET = "cozy", "not-a-secret", "homes"
HERE = "127.0.0.1"
STARTS_WITHIN_S = 120.0
PARTS = (
    "master",
    "master.port.grpc",
    "volume",
    "volume.port.grpc",
    "filer",
    "filer.port.grpc",
    "s3",
    "s3.port.grpc",
)


@dataclass(frozen=True, slots=True)
class Service:
    """A running S3 service with an empty bucket. env: what finds its keys."""

    endpoint: str
    process: subprocess.Popen[bytes] | None

    @property
    def env(self) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}

    def bucket(self, folder: str) -> S3Store:
        """A folder of it, as the program sees it."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.env.items():
                patch.setenv(name, value)
            return store_of(f"s3://{BUCKET}/{folder}", self.endpoint)


def program() -> Path | None:
    """SeaweedFS as its package brings it, if it is here."""
    beside = Path(sys.executable).with_name("weed")
    found = str(beside) if beside.exists() else shutil.which("weed")
    return Path(found) if found else None


@contextmanager
def served(weed: Path) -> Iterator[Service]:
    """SeaweedFS, all of it in one process, with its key and its bucket."""
    folder = Path(tempfile.mkdtemp(prefix="cozy-s3-"))
    ports = dict(zip(PARTS, _free_ports(len(PARTS)), strict=True))
    options = [f"-{name if '.' in name else f'{name}.port'}={port}" for name, port in ports.items()]
    line = [
        weed, "server", f"-dir={folder}", f"-ip={HERE}", f"-ip.bind={HERE}", *options, f"-s3.config={_keys(folder)}", "-filer", "-s3",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.localSocket=", "-master.telemetry=false", "-master.peers=none",
        "-master.electionTimeout=1s", "-master.volumeSizeLimitMB=256", "-volume.max=0", "-volume.preStopSeconds=0",
    ]  # fmt: skip
    process = _program(line, folder)
    try:
        endpoint = f"http://{HERE}:{ports['s3']}"
        _wait(process, endpoint, folder / "log")
        yield Service(endpoint, process)
    finally:
        process.kill()
        process.wait(120)
        shutil.rmtree(folder)


@dataclass
class Spread:
    """A service of several programs: whoever keeps the bytes may be killed and comes back."""

    service: Service
    lines: list[list[object]]  # of the volume servers
    volumes: list[subprocess.Popen[bytes]]
    folder: Path

    def kill(self, number: int) -> None:
        """Nobody gets a last word."""
        self.volumes[number].kill()
        self.volumes[number].wait(120)

    def start(self, number: int) -> None:
        """What it kept is there."""
        self.volumes[number] = _program(self.lines[number], self.folder)


@contextmanager
def spread(weed: Path, count: int = 3, copies: str = "001") -> Iterator[Spread]:
    """A master, so many volume servers, and a filer that speaks S3. copies: as SeaweedFS says it: `001` keeps two of everything in a rack, `010` in
    two racks, and then each server stands in one of its own.
    """
    folder = Path(tempfile.mkdtemp(prefix="cozy-s3-"))
    ports = _free_ports(6 + 2 * count)
    master, filer, s3 = ports[0:2], ports[2:4], ports[4:6]
    at = f"-master={HERE}:{master[0]}.{master[1]}"

    def line(name: str, own: list[int], *more: object) -> list[object]:
        return [
            weed,
            name,
            f"-ip={HERE}",
            f"-ip.bind={HERE}",
            f"-port={own[0]}",
            f"-port.grpc={own[1]}",
            *more,
        ]

    lines = []
    for number in range(count):
        (folder / f"volume{number}").mkdir()
        own, kept = ports[6 + 2 * number : 8 + 2 * number], folder / f"volume{number}"
        rack = number if copies[1] != "0" else 0
        lines.append(
            line("volume", own, at, f"-dir={kept}", "-max=40", "-preStopSeconds=0", "-dataCenter=here", f"-rack=rack{rack}")
        )  # fmt: skip
    first = line(
        "master", master, f"-mdir={folder}", "-peers=none", "-telemetry=false", "-electionTimeout=1s",
        "-volumeSizeLimitMB=256", f"-defaultReplication={copies}",
    )  # fmt: skip
    kept = line("filer", filer, at, f"-defaultStoreDir={folder}", f"-defaultReplicaPlacement={copies}")
    last: list[object] = [
        weed, "s3", f"-ip.bind={HERE}", f"-port={s3[0]}", f"-port.grpc={s3[1]}", f"-filer={HERE}:{filer[0]}.{filer[1]}",
        f"-config={_keys(folder)}", "-port.iceberg=0", "-port.lance=0", "-localSocket=",
    ]  # fmt: skip
    made: list[subprocess.Popen[bytes]] = []
    found = Spread(Service(f"http://{HERE}:{s3[0]}", None), lines, [], folder)
    try:
        made.append(_program(first, folder))
        for number in range(count):
            found.volumes.append(_program(lines[number], folder))
        made += [_program(kept, folder), _program(last, folder)]
        found.service = Service(found.service.endpoint, made[-1])
        _wait(made[-1], found.service.endpoint, folder / "log")
        yield found
    finally:
        for each in (*made, *found.volumes):
            each.kill()
            each.wait(120)
        shutil.rmtree(folder)


def _keys(folder: Path) -> Path:
    keys = folder / "s3.json"
    allowed = {"accessKey": KEY, "secretKey": SECRET}
    keys.write_text(
        json.dumps({"identities": [{"name": "cozy", "credentials": [allowed], "actions": ["Admin"]}]})
    )
    return keys


def _program(line: Sequence[object], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            list(map(str, line)), cwd=folder, stdout=log, stderr=log, env=_environment(folder), preexec_fn=_end_with_us  # noqa: PLW1509
        )  # fmt: skip


def _end_with_us() -> None:
    """A test run that is killed leaves nobody behind. The main thread starts it, so that its end is the run's."""
    if sys.platform == "linux":
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours but the path; what it keeps for itself goes into its folder."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)}


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HERE, 0))
        return [each.getsockname()[1] for each in sockets]


def _wait(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    """Until the bucket is there: what is put into one that is not is refused, or makes it."""
    store = S3Store(
        BUCKET, endpoint=endpoint, access_key_id=KEY, secret_access_key=SECRET, region="us-east-1",
        client_options={"allow_http": True, "timeout": "5s"}, retry_config={"max_retries": 0},
    )  # fmt: skip
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError, obstore.exceptions.BaseError):
            obstore.put(store, "ready", b"yes")
            obstore.delete(store, "ready")
            return
        time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace"))
