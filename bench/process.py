"""A server as the kernel sees it: started in a process group of its own, its processor time, its memory, its end."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
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
    """End the server politely, then its processes for good."""
    started = {pid: _begun(pid) for pid in members(server)}
    if server.first.poll() is None:
        server.first.terminate()
        try:
            server.first.wait(STOP_S)
        except subprocess.TimeoutExpired:
            pass
    for pid, begun in started.items():
        if begun and _begun(pid) == begun:  # else another has its number by now
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.killpg(server.first.pid, signal.SIGKILL)
    server.first.wait()


def members(server: Server) -> Iterator[int]:
    """The processes of the server: its group, and children that left it for one of their own, as those of php-fpm do."""
    found = {int(entry): _stat(int(entry)) for entry in os.listdir("/proc") if entry.isdigit()}
    living = {pid: (int(fields[1]), int(fields[2])) for pid, fields in found.items() if fields}
    ours = {pid for pid, (_, group) in living.items() if server.first.pid in (pid, group)}
    while more := {pid for pid, (parent, _) in living.items() if parent in ours} - ours:
        ours |= more
    yield from sorted(ours)


def cpu_s(server: Server) -> float:
    """Processor time used so far by its processes, in user and kernel, its ended children included; in steps of a tick."""
    return sum(int(field) for pid in members(server) for field in _stat(pid)[11:15]) * TICK_S


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state (field 3) on; empty when the process has ended."""
    return _proc(pid, "stat").rpartition(")")[2].split()


def _begun(pid: int) -> str:
    """When a process was started, in ticks; "" when it has ended."""
    fields = _stat(pid)
    return fields[19] if fields else ""


def _proc(pid: int, name: str) -> str:
    """A file of /proc/<pid>; empty when the process has ended, as a server's spare workers do."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def resident(server: Server) -> int:
    """Bytes of memory that its processes hold: all of its first process, and what the others do not share."""
    first = _rollup(server.first.pid, "Rss")
    others = [pid for pid in members(server) if pid != server.first.pid]
    return first + sum(_rollup(pid, "Private_Clean") + _rollup(pid, "Private_Dirty") for pid in others)


def _rollup(pid: int, field: str) -> int:
    return _size(_proc(pid, "smaps_rollup"), field)


def _status(pid: int, field: str) -> int:
    return _size(_proc(pid, "status"), field)


def _size(text: str, field: str) -> int:
    """Bytes, from a line like `VmRSS:  1234 kB`; 0 when there is none."""
    words = text.partition(f"\n{field}:")[2].split(maxsplit=1)
    return int(words[0]) * 1024 if words else 0


class PeakMemory:
    """How far a server's memory rises above where it stood: the growth of each process, added up."""

    def __init__(self, server: Server):
        self.server = server
        self.before = {pid: _status(pid, "VmRSS") for pid in members(server)}
        for pid in self.before:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # proc(5): resets VmHWM to the present size

    def growth(self) -> int:
        """Bytes; a process born since counts whole."""
        return sum(_status(pid, "VmHWM") - self.before.get(pid, 0) for pid in members(self.server))


def wait_idle(server: Server, settle_s: float) -> None:
    """Return once the server has used no processor for so long, after ten times that at the latest."""
    for _ in range(10):
        before = cpu_s(server)
        time.sleep(settle_s)
        if cpu_s(server) - before <= TICK_S:
            return
