"""A real PostgreSQL for the test run: a new cluster in a temporary folder, on a unix socket, gone at the end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugins.statements import watched


def programs() -> Path | None:
    """The newest PostgreSQL of this machine, if there is one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL with an empty database. url: how to reach it."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path


FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # what is lost with the test is lost


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """How to reach a database that is empty when the run begins."""
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    is_watched = "COZY_WATCH_STATEMENTS" in os.environ
    with served(bin_, FAST) as cluster, watched(cluster.url) if is_watched else nullcontext():
        yield cluster.url


@contextmanager
def served(
    bin_: Path, settings: Sequence[str] = (), listen: str = "", base: Path | None = None
) -> Iterator[Cluster]:
    """PostgreSQL in a temporary folder; gone at the end. listen: an address of a network, for others than its socket's; base: what
    pg_basebackup copied, to begin with."""
    folder = Path(tempfile.mkdtemp(prefix="cozy-postgres-"))
    user = _user()
    if user:
        shutil.chown(folder, user)
    cluster = folder / "cluster"
    initdb = (
        bin_ / "initdb", "-D", cluster, "-U", "cozy", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
    )  # fmt: skip
    subprocess.run(
        ("cp", "-a", base, cluster) if base else initdb,
        check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    told = (f"listen_addresses={listen}", "max_connections=60", *settings)
    options = [part for setting in told for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [bin_ / "postgres", "-D", cluster, "-k", folder, *options], user=user, cwd=folder, stderr=log
        )
    try:
        _wait(bin_, folder, server)
        yield Cluster(f"host={folder} user=cozy dbname=postgres", server, folder)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(120)
        shutil.rmtree(folder)


def _user() -> str | None:
    """PostgreSQL refuses to run as root; then somebody else runs it."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _wait(bin_: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(1_200):
        if subprocess.run([bin_ / "pg_isready", "-q", "-h", folder], check=False).returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError((folder / "log").read_text())
