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
from collections.abc import Iterator
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
    process: subprocess.Popen[bytes]

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
    keys = folder / "s3.json"
    allowed = {"accessKey": KEY, "secretKey": SECRET}
    keys.write_text(
        json.dumps({"identities": [{"name": "cozy", "credentials": [allowed], "actions": ["Admin"]}]})
    )
    ports = dict(zip(PARTS, _free_ports(len(PARTS)), strict=True))
    options = [f"-{name if '.' in name else f'{name}.port'}={port}" for name, port in ports.items()]
    line = [
        weed, "server", f"-dir={folder}", f"-ip={HERE}", f"-ip.bind={HERE}", *options, f"-s3.config={keys}", "-filer", "-s3",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.localSocket=", "-master.telemetry=false", "-master.peers=none",
        "-master.electionTimeout=1s", "-master.volumeSizeLimitMB=256", "-volume.max=0", "-volume.preStopSeconds=0",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            line, cwd=folder, stdout=log, stderr=log, env=_environment(folder), preexec_fn=_end_with_us  # noqa: PLW1509
        )  # fmt: skip
    try:
        endpoint = f"http://{HERE}:{ports['s3']}"
        _wait(process, endpoint, folder / "log")
        yield Service(endpoint, process)
    finally:
        process.kill()
        process.wait(120)
        shutil.rmtree(folder)


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
