"""Worker, one process that draws, and may die of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from cozy.kernel.previews import CannotDraw, DrawerDied, OutOfTime, TooHungry

from .limits import Limit, limit_of

WORKER = Path(__file__).parent / "worker.py"
ORDERS = 500  # of one worker; then it makes room for a fresh one


class Worker:
    """One process, started with its first order."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._orders = 0
        self._sources = ""

    def obey(self, order: dict[str, Any]) -> bytes:
        """The result of an order. Raises CannotDraw, of the kind that says why; the process is gone then if it was its fault."""
        process = self._running(str(Path(order["path"]).parent))
        limit = limit_of(order["recipe"])
        late = threading.Event()
        killer = threading.Timer(limit.patience_s, _kill, (process, late))
        killer.start()
        try:
            return _ask(process, {"cpu_s": limit.cpu_s, "memory": limit.memory, **order})
        except (OSError, ValueError) as error:
            process.kill()
            self._say_why(process.wait(), late.is_set(), limit, error)
        finally:
            killer.cancel()

    def _say_why(self, ended: int, was_late: bool, limit: Limit, error: Exception) -> NoReturn:
        """Raises OutOfTime, DrawerDied. ended: how, as Popen.returncode tells."""
        self.stop()
        if was_late or ended == -signal.SIGXCPU:
            raise OutOfTime(
                f"It took longer than {limit.patience_s:g} s: the process had to be stopped."
            ) from error
        raise DrawerDied(f"The process ended while it drew ({ended}).") from error

    def _running(self, sources: str) -> subprocess.Popen[bytes]:
        """A process that may read what is in this folder, and nothing else that people wrote."""
        self._orders += 1
        if (
            self._process is None
            or self._process.poll() is not None
            or self._orders > ORDERS
            or sources != self._sources
        ):
            self.stop()
            self._orders, self._sources = 0, sources
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(WORKER), sources], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, cwd="/", close_fds=True,
                env={"PATH": os.defpath, "VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1"},
            )  # fmt: skip
        return self._process

    def stop(self) -> None:
        """End the process."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass
        self._process = None


def _kill(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _ask(process: subprocess.Popen[bytes], order: dict[str, Any]) -> bytes:
    """Raises CannotDraw, and OSError or ValueError where the process is no longer there."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.flush()
    how, length = process.stdout.readline().split()
    result = process.stdout.read(int(length))
    if len(result) < int(length):
        raise ValueError(length)
    match how:
        case b"done":
            return result
        case b"hungry":
            raise TooHungry("It needs more memory than it may have.")
        case _:
            raise CannotDraw(result.decode(errors="replace"))
