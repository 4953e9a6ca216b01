"""A point in time of PostgreSQL with contents in S3: everything is lost, and a moment that was chosen afterwards comes back.

    script/point-in-time [SECONDS [SEED]]

Two workers write into homes without a break; each home has one writer, so that what it was at any moment is known. PostgreSQL is put back from a
base backup and its archived log, up to the moment. The contents beside it are, in turns, a copy of the bucket that was made a little later, and what
the bucket's versions say of that moment.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tests.faults.actor import LOST, Broken
from tests.faults.fleet import Fleet, made
from tests.faults.sundry import DOCTYPE
from tests.plugins.postgres import Cluster, programs
from tests.plugins.postgres import served as postgres
from tests.program import Client, Cozy, Server
from tests.seaweed import BUCKET, KEY, SECRET, Service, program
from tests.seaweed import served as seaweed

HOMES = 4
SIZES = (100, 70_000, 300_000, 9_000_000)  # bytes: in the database, an object, another, in parts
OFTEN = (10, 8, 3, 1)
KEPT = 12  # files of a home; then the oldest goes for good
ARCHIVED_EACH_S = 5
PATIENCE_S = 120.0
State = dict[str, str]  # by the name of a file or a document, what it holds


@dataclass(frozen=True, slots=True)
class Deed:
    """What was asked, when, and when it was answered: by the clock that PostgreSQL has, too. value: what it holds from then on, "" for nothing."""

    asked: float
    answered: float
    name: str
    value: str


@dataclass
class Writer:
    """The only one who writes in a home, by whatever worker."""

    domain: str
    token: str
    chance: random.Random
    fleet: Fleet
    deeds: list[Deed] = field(default_factory=list)
    files: dict[str, tuple[str, str]] = field(default_factory=dict)  # by name: the id, and what it holds
    clients: dict[int, Client] = field(default_factory=dict)
    failure: BaseException | None = None

    def run(self, is_lost: threading.Event) -> None:
        """Until everything is lost."""
        try:
            for number in range(1_000_000):
                self._act(number)
        except (*LOST, Broken) as error:
            if not is_lost.is_set():
                self.failure = error

    def _act(self, number: int) -> None:
        if number % 3 == 0:
            path = f"/data/{DOCTYPE}/{number:06}"
            self._did(
                f"document {number:06}", str(number), "PUT", path, json.dumps({"turn": number}),
                {"Content-Type": "application/json"},
            )  # fmt: skip
        elif number % 7 == 0 and self.files:
            name = self.chance.choice(list(self.files))
            seed = str(number)
            self._did(name, seed, "PUT", f"/files/{self.files[name][0]}", self._bytes(name, seed))
            self.files[name] = self.files[name][0], seed
        elif len(self.files) > KEPT:
            name = next(iter(self.files))
            id_, value = self.files.pop(name)
            self._did(name, f"{value}, in the bin", "DELETE", f"/files/{id_}")
            self._did(name, "", "DELETE", f"/files/trash/{id_}")
        else:
            name, seed = f"file {number:06}", str(number)
            path = f"/files/io.cozy.files.root-dir?Type=file&Name=file%20{number:06}"
            self.files[name] = self._did(name, seed, "POST", path, self._bytes(name, seed)), seed

    def _did(
        self,
        name: str,
        value: str,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
    ) -> str:
        """Ask, and write it down; returns the id of a new file."""
        port = self.fleet.any(self.chance)
        client = self.clients.setdefault(port, Client(port, self.token, self.domain))
        asked = time.time()
        self.deeds.append(Deed(asked, float("inf"), name, value))
        answer = client.at(method, path, body, headers or {"Content-Type": "application/octet-stream"})
        if answer.status not in {200, 201, 204}:
            raise Broken(f"{method} {path}: {answer}")
        self.deeds[-1] = Deed(asked, time.time(), name, value)
        return str(answer.data["id"]) if method == "POST" else ""

    def _bytes(self, name: str, seed: str) -> bytes:
        return content(f"{self.domain} {name} {seed}")

    def states(self, moment: float) -> list[State]:
        """What the home may be as of a moment: all that was answered before, and perhaps what was under way then."""
        found: list[State] = [{}]
        for deed in self.deeds:
            if deed.asked > moment:
                break
            after = {**found[-1], deed.name: deed.value}
            found = [after] if deed.answered <= moment else [found[-1], after]
        return [{name: value for name, value in each.items() if value} for each in found]

    def look(self, server: Server, moment: float) -> tuple[int, list[str]]:
        """Raises Broken unless it is of that moment. Returns how much was looked at, and whose bytes are missing: nothing else may be."""
        client = Client(server.port, self.token, self.domain)
        there: State = {}
        missing: list[str] = []
        possible = self.states(moment)
        for name, item in self._files(client):
            expected = next((each[name] for each in possible if name in each), "")
            seed = expected.partition(",")[0]
            held = client.download(item["id"])
            if held.status != 200:
                missing.append(name)
            elif held.body != self._bytes(name, seed):
                seeds = {each.get(name, "").partition(",")[0] for each in possible} - {""}
                seed = next(
                    (each for each in seeds if held.body == self._bytes(name, each)), "something else"
                )
            there[name] = f"{seed}, in the bin" if item["attributes"]["trashed"] else seed
        rows = client("GET", f"/data/{DOCTYPE}/_all_docs", include_docs="true", limit=1_000_000).json["rows"]
        there |= {
            f"document {row['id']}": str(row["doc"]["turn"])
            for row in rows
            if not row["id"].startswith("_design")
        }
        client.close()
        if there not in possible:
            raise Broken(
                f"{self.domain} is not of that moment: {sorted(set(there.items()) ^ set(possible[0].items()))}"
            )
        return len(there), missing

    def _files(self, client: Client) -> Iterator[tuple[str, dict]]:
        for folder in ("io.cozy.files.root-dir", "io.cozy.files.trash-dir"):
            for name, item in client.children(folder).items():
                if name.startswith("file "):
                    yield name, item

    def changed_between(self, moment: float, later: float) -> set[str]:
        """Names of files whose bytes may have gone for good meanwhile."""
        return {each.name for each in self.deeds if each.answered > moment and each.asked <= later}


def content(said: str) -> bytes:
    """The bytes of a file."""
    chance = random.Random(said)
    return chance.randbytes(chance.choices(SIZES, OFTEN)[0])


@dataclass
class Rclone:
    """Copies between services, as a hoster does it."""

    folder: Path
    services: dict[str, Service]

    def __call__(self, *line: object) -> None:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "RCLONE_CONFIG": "/dev/null"}
        for name, service in self.services.items():
            told = {
                "TYPE": "s3", "PROVIDER": "Other", "FORCE_PATH_STYLE": "true", "ENDPOINT": service.endpoint,
                "ACCESS_KEY_ID": KEY, "SECRET_ACCESS_KEY": SECRET,
            }  # fmt: skip
            env |= {f"RCLONE_CONFIG_{name.upper()}_{key}": value for key, value in told.items()}
        subprocess.run(["rclone", *map(str, line)], env=env, check=True, timeout=600)


@dataclass
class Base:
    """What is kept elsewhere of PostgreSQL: a base backup, and its log from then on."""

    bin_: Path
    folder: Path

    @classmethod
    def at(cls, bin_: Path, folder: Path) -> Base:
        """A place that PostgreSQL may write into."""
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        return cls(bin_, folder)

    @property
    def archiving(self) -> tuple[str, ...]:
        return (
            "archive_mode=on", f"archive_timeout={ARCHIVED_EACH_S}",
            f"archive_command=test ! -f {self.folder}/%f && cp %p {self.folder}/%f.new && mv {self.folder}/%f.new {self.folder}/%f",
        )  # fmt: skip

    def begin(self, cluster: Cluster) -> None:
        """pg_basebackup, while people write."""
        line = [
            self.bin_ / "pg_basebackup",
            "-h",
            cluster.folder,
            "-U",
            "cozy",
            "-D",
            self.folder / "base",
            "-c",
            "fast",
        ]
        subprocess.run(line, check=True, user="postgres" if os.geteuid() == 0 else None, cwd=self.folder)
        (self.folder / "base" / "recovery.signal").touch()

    def wait(self, cluster: Cluster) -> None:
        """Until the log as it is now lies in the archive; the switch of the archive's time does that, and nobody's hand."""
        with psycopg.connect(cluster.url, autocommit=True) as hand:
            (now,) = hand.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or ("",)
            _until((self.folder / now).exists, f"{now} is not archived")

    @contextmanager
    def back(self, moment: str) -> Iterator[Cluster]:
        """Another PostgreSQL, with all as of a moment."""
        told = (
            f"restore_command=cp {self.folder}/%f %p", f"recovery_target_time={moment.replace('Z', '+00')}", "recovery_target_action=promote"
        )  # fmt: skip
        with postgres(self.bin_, told, base=self.folder / "base") as cluster:
            with psycopg.connect(cluster.url, autocommit=True) as hand:
                _until(
                    lambda: hand.execute("SELECT pg_is_in_recovery()").fetchone() == (False,),
                    "it is still in recovery",
                )
            yield cluster


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            raise Broken(otherwise)
        time.sleep(0.1)


def play(load_s: float, seed: int) -> None:
    """Write, lose everything, put it back twice, look."""
    chance = random.Random(seed)
    bin_, weed = programs(), program()
    assert bin_ is not None
    assert weed is not None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cozy-point-")))
        folder.chmod(0o755)
        base = Base.at(bin_, folder / "elsewhere")
        later, versions, first = (stack.enter_context(seaweed(weed)) for _ in range(3))
        rclone = Rclone(folder, {"first": first, "later": later, "versions": versions})
        rclone("backend", "versioning", f"first:{BUCKET}", "Enabled")
        with postgres(bin_, base.archiving) as cluster:
            env = told(cluster, first, folder / "host.key")
            os.environ.update(env)
            homes = made(folder / "desk", HOMES)
            fleet = Fleet([Cozy(folder / f"worker{i}", env=dict(env)) for i in range(2)], folder / "log")
            writers = [Writer(*home, random.Random(chance.random()), fleet) for home in homes]
            moment, copied = _written(fleet, writers, base, cluster, rclone, load_s)
            cluster.process.kill()
        for seconds in (-1, 60):
            as_of = _said(moment + seconds)
            rclone("copy", f'first,version_at="{as_of}":{BUCKET}', f"versions:{BUCKET}")
        assert first.process is not None
        first.process.kill()
        sys.stdout.write(
            f"{sum(len(each.deeds) for each in writers)} changes by two workers, all lost; put back as of {_said(moment)} (seed {seed})\n"
        )
        hosts: list[Cozy] = []
        for name, service, until in (("versions", versions, moment), ("later", later, copied)):
            cluster = stack.enter_context(base.back(_said(moment)))
            hosts.append(Cozy(folder / name, env=told(cluster, service, folder / "host.key")))
            _look(hosts[-1], writers, moment, until)
        _one_home(hosts[0], hosts[1], writers, moment)


def _said(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def told(cluster: Cluster, service: Service, key: Path) -> dict[str, str]:
    """What a worker is told."""
    return {
        "COZY_POSTGRES": cluster.url, "COZY_CONTENTS": f"s3://{BUCKET}/homes", "COZY_S3_ENDPOINT": service.endpoint,
        "COZY_KEY_FILE": str(key), "COZY_LEASE_S": "2", **service.env,
    }  # fmt: skip


def _written(
    fleet: Fleet, writers: list[Writer], base: Base, cluster: Cluster, rclone: Rclone, load_s: float
) -> tuple[float, float]:
    """Load all the time: the base backup, the moment, the copy; then nothing more is answered. The moment, and when the copy was done."""
    is_lost = threading.Event()
    threads = [threading.Thread(target=each.run, args=(is_lost,)) for each in writers]
    with fleet.at_work():
        for thread in threads:
            thread.start()
        time.sleep(load_s / 4)
        base.begin(cluster)
        time.sleep(load_s)
        moment = math.ceil(time.time())  # a whole second: services tell no more of when something was there
        time.sleep(load_s / 4 + 1)
        rclone("copy", f"first:{BUCKET}", f"later:{BUCKET}")
        copied = time.time()
        time.sleep(load_s / 4)
        base.wait(cluster)
        is_lost.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    for each in writers:
        if each.failure is not None:
            raise Broken(each.domain) from each.failure
    return moment, copied


def _look(cozy: Cozy, writers: list[Writer], moment: float, until: float) -> None:
    """On an empty machine: check, say that it was put back, start, and look into each home."""
    name = cozy.data.name
    checked = cozy("check", "--scrub", "--json", stderr=subprocess.PIPE)
    if checked.err or checked.code != bool(checked.out):
        raise Broken(f"{name}: {checked}")
    found = [json.loads(line) for line in checked.out.splitlines() if line.startswith("{")]
    for each in writers:
        _run(cozy, "homes", "restored", each.domain)
    with Server(cozy, cozy.data.with_suffix(".log")) as server:
        looked = [each.look(server, moment) for each in writers]
    for each, (_, missing) in zip(writers, looked, strict=True):
        if set(missing) - each.changed_between(moment, until):
            raise Broken(f"{name}: {each.domain} misses {missing}")
    kinds = sorted({each["kind"] for each in found})
    if kinds != (["blob-missing"] if any(missing for _, missing in looked) else []):
        raise Broken(f"{name}: {found} {checked}")
    gone = sum(len(missing) for _, missing in looked)
    sys.stdout.write(
        f"contents from {name}: {sum(count for count, _ in looked)} files and documents in {len(writers)} homes are of that moment, {gone} of them"
        f" without their bytes{', which were freed before the copy was made' if gone else ''}; cozy check --scrub: {len(found)} findings\n"
    )


def _one_home(whole: Cozy, damaged: Cozy, writers: list[Writer], moment: float) -> None:
    """One home of what was put back takes the place of the one at a host that is at work."""
    kept, secret, writer = whole.data.with_name("backup"), whole.data.with_name("backup.key"), writers[0]
    public = _run(whole, "backup-key", secret)
    _run(whole, "backup", kept, "--key", public, "--home", writer.domain)
    line = ("restore", kept, "--key", secret, "--home", writer.domain)
    drilled = _run(damaged, *line, "--drill").splitlines()[-1]
    with Server(damaged, damaged.data.with_suffix(".log")) as server:
        writer.look(server, moment)
        hand = Cozy(damaged.data.with_name("hand"), env=damaged.env)
        _run(hand, "homes", "destroy", writer.domain, "--yes")
        _run(hand, *line)
        count, missing = writer.look(server, moment)
        others = [each.look(server, moment)[0] for each in writers[1:]]
    if missing:
        raise Broken(f"{writer.domain} was put back and misses {missing}")
    checked = _run(damaged, "check", "--scrub", "--home", writer.domain)
    sys.stdout.write(
        f"{drilled} {writer.domain} alone, from the one into the other, beside {len(others)} that are used: {count} files and documents, none"
        f" without its bytes; cozy check --scrub: {checked}\n"
    )


def _run(cozy: Cozy, *line: object) -> str:
    done = cozy(*line, stderr=subprocess.PIPE)
    if done.code:
        raise Broken(f"{line}: {done}")
    return done.out.strip()


if __name__ == "__main__":
    play(
        float(sys.argv[1]) if sys.argv[1:] else 20.0,
        int(sys.argv[2]) if sys.argv[2:] else random.randrange(10**9),
    )
