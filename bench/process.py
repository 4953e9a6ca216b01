"""A server as the kernel sees it: started in a process group of its own, its processor time, its memory, its end."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
STOP_S = 15


@dataclass(frozen=True)
class Server:
    """A running server: its first process leads the group."""

    first: subprocess.Popen[bytes]
    port: int


def start(command: Sequence[str], port: int, log: Path, user: str | None = None) -> Server:
    """Run a command as the leader of a new process group, its output in a log file."""
    with log.open("ab") as out:
        first = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
        )
    return Server(first, port)


def stop(server: Server) -> None:
    """End the server politely, then its group for good."""
    if server.first.poll() is None:
        server.first.terminate()
        try:
            server.first.wait(STOP_S)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(server.first.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    server.first.wait()


def members(server: Server) -> Iterator[int]:
    """The processes of the server's group."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = _stat(int(entry))
            if fields and int(fields[2]) == server.first.pid:
                yield int(entry)


def cpu_s(server: Server) -> float:
    """Processor time used so far by the group, in user and kernel, its ended children included; in steps of a tick."""
    return sum(sum(map(int, _stat(pid)[11:15])) for pid in members(server) if _stat(pid)) * TICK_S


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state (field 3) on; empty when the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def resident(server: Server) -> int:
    """Bytes of memory that the group holds: all of its first process, and what the others do not share."""
    first = _rollup(server.first.pid)
    others = [_rollup(pid) for pid in members(server) if pid != server.first.pid]
    own = sum(kept["Private_Clean"] + kept["Private_Dirty"] for kept in others)
    return (first["Rss"] + own) * 1024


def _rollup(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {key: int(rest.split()[0]) for key, _, rest in (line.partition(":") for line in lines)}


class PeakMemory:
    """How far the group's memory rises above where it stood: the growth of each process, added up."""

    def __init__(self, server: Server):
        self.server = server
        self.before = {pid: _status(pid, "VmRSS") for pid in members(server)}
        for pid in self.before:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # proc(5): resets VmHWM to the present size

    def growth(self) -> int:
        """Bytes; a process born since counts whole."""
        return sum(_status(pid, "VmHWM") - self.before.get(pid, 0) for pid in members(self.server))


def _status(pid: int, field: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition(f"\n{field}:")[2].split(maxsplit=1)[0]) * 1024


def wait_idle(server: Server, settle_s: float) -> None:
    """Return once the server has used no processor for so long, after ten times that at the latest."""
    for _ in range(10):
        before = cpu_s(server)
        time.sleep(settle_s)
        if cpu_s(server) - before <= TICK_S:
            return
