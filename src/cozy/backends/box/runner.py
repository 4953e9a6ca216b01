"""Runs programs in boxes. Implements `kernel.running`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio import StreamReader
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import structlog
from msgspec import structs

import cozy
from cozy.kernel.home import Home
from cozy.kernel.running import CannotRun, Ended, Language, Program
from cozy.kernel.settings import Settings

from . import certificates, folders, gateway, interpreters
from .inside.order import Order
from .interpreters import Interpreter

log = structlog.get_logger()
DISK = 1 << 30  # bytes of a folder
LINE_LIMIT = 64 * 1024  # bytes of stdout
ERRORS_LIMIT = 16 * 1024  # bytes of stderr, the last ones
LONG_TEXT = 100_000  # bytes: Linux takes 128 kB, the name among them
PATIENCE_S = 5.0
SOURCES = str(Path(cozy.__file__).parents[1])
START = f"import sys; sys.path.insert(0, {SOURCES!r}); from cozy.backends.box.inside.supervisor import main; main()"
OUT_OF_MEMORY = (
    "heap out of memory",
    "ERR_MEMORY_ALLOCATION_FAILED",
    "MemoryError",
    "Array buffer allocation failed",
    "std::bad_alloc",
)


class Boxes:
    """Makes a box for each program, and says once where this machine cannot make it as tight as it should be."""

    def __init__(
        self, settings: Settings, may_dial: Callable[[str], bool], *, namespaces: bool = True
    ) -> None:
        self._memory = settings.box_memory_mb << 20
        self._server = (_loopback(settings.host), settings.port)
        self._may_dial = may_dial
        self._needs_walls = _is_by_socket(settings.postgres)
        self._namespaces = namespaces  # False: as on a host that gives none
        self.loose: set[str] = set()  # what this machine does not give
        self._is_swept = False

    def check(self, language: Language) -> None:
        """Make sure that a program in this language could be run here."""
        if not sys.platform.startswith("linux"):
            raise CannotRun("Programs of others are run on Linux alone, which can keep them apart.")
        interpreters.of(language, self._memory)

    async def run(self, home: Home, program: Program, heard: Callable[[bytes], None]) -> Ended:
        """Run a program to its end."""
        self.check(program.language)
        await self._sweep()
        async with folders.opened(program) as folder, self._way_out(folder, home, program) as trusted:
            interpreter = interpreters.of(program.language, self._memory)
            environment = _environment(folder, program, interpreter, trusted)
            with TemporaryFile() as kept:
                order = self._order(folder, program, interpreter, kept.fileno())
                told, errors = await _run(order, environment, heard)
                left = await asyncio.to_thread(_all_of, kept)
        self._look_for_gaps(told)
        return structs.replace(_ended(told, errors), left=left)

    def _way_out(
        self, folder: Path, home: Home, program: Program
    ) -> AbstractAsyncContextManager[Path | None]:
        if not program.goes_out:
            return nullcontext()
        return gateway.opened(folder, home, self._server, self._may_dial)

    async def _sweep(self) -> None:
        """Once, remove what boxes of a house that was killed have left."""
        if not self._is_swept:
            self._is_swept = True
            await asyncio.to_thread(folders.sweep)

    def _order(self, folder: Path, program: Program, interpreter: Interpreter, kept: int) -> Order:
        readable = [*interpreters.SYSTEM, *interpreter.readable, *program.readable, str(folder / "shown")]
        return Order(
            parent=os.getpid(), argv=[*interpreter.argv, *program.arguments], home=str(folder / "home"),
            gateway=str(folder / "shown" / "gateway"),
            root=str(folder / "root"), readable=readable, namespaces=self._namespaces, needs_walls=self._needs_walls, memory=self._memory,
            disk=DISK, report=-1, wanted=program.wanted, kept=kept,
        )  # fmt: skip

    def _look_for_gaps(self, told: list[dict[str, Any]]) -> None:
        for gap in [each["loose"] for each in told if "loose" in each]:
            if gap not in self.loose:
                self.loose.add(gap)
                log.warning("boxes are not as tight here as they should be", lacking=gap)


def _is_by_socket(postgres: str) -> bool:
    """Whether the database is reached by a local socket, which asks for no password and which Landlock cannot refuse."""
    if not postgres:
        return False
    from psycopg.conninfo import conninfo_to_dict  # is there where PostgreSQL is used

    hosts = str(conninfo_to_dict(postgres).get("host") or "").split(",")
    return any(not host or host[0] in "/@" for host in hosts)


def _loopback(host: str) -> str:
    """Where this machine reaches itself."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - looked for, not bound


def _all_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _environment(
    folder: Path, program: Program, interpreter: Interpreter, trusted: Path | None
) -> dict[str, str]:
    home = str(folder / "home")
    given = {
        "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "PATH": "", **interpreter.environment, **program.environment,
        "COZY_GATEWAY": str(folder / "shown" / "gateway"),
    }  # fmt: skip
    if trusted is not None:
        given |= {
            "NODE_EXTRA_CA_CERTS": str(trusted),
            "SSL_CERT_FILE": str(certificates.among_others(trusted)),
        }
    long = {name: text for name, text in given.items() if len(text.encode()) > LONG_TEXT}
    if long:
        kept = folder / "shown" / "texts.json"
        kept.write_text(json.dumps(long))
        given = {name: text for name, text in given.items() if name not in long} | {
            "COZY_LONG_TEXTS": str(kept)
        }
    return given


async def _run(
    order: Order, environment: Mapping[str, str], heard: Callable[[bytes], None]
) -> tuple[list[dict[str, Any]], bytes]:
    """What was told of the box, and the end of stderr."""
    reading, report = os.pipe()
    with os.fdopen(reading, "rb") as reading_file:
        try:
            told = {**order, "report": report}
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", "-B", "-c", START, json.dumps(told), stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
                env=environment, cwd=order["home"], pass_fds=(report, order["kept"]), start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(report)
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            _, errors = await asyncio.gather(_hear(process.stdout, heard), _last(process.stderr))
            await process.wait()
        finally:
            await _end(process)
        return [json.loads(line) for line in reading_file], errors


async def _end(process: Process) -> None:
    """End the box, which its supervisor does when it is asked to."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        await process.wait()


async def _hear(stream: StreamReader, heard: Callable[[bytes], None]) -> None:
    """Tell each line; of one that is too long, what came first."""
    line = bytearray()
    while chunk := await stream.read(LINE_LIMIT):
        *whole, rest = chunk.split(b"\n")
        for piece in whole:
            line += piece
            heard(bytes(line[:LINE_LIMIT]))
            line.clear()
        if len(line) < LINE_LIMIT:
            line += rest
    if line:
        heard(bytes(line[:LINE_LIMIT]))


async def _last(stream: StreamReader) -> bytes:
    """The end of what comes."""
    kept = b""
    while chunk := await stream.read(ERRORS_LIMIT):
        kept = (kept + chunk)[-ERRORS_LIMIT:]
    return kept


def _ended(told: list[dict[str, Any]], errors: bytes) -> Ended:
    """How it went. Raises CannotRun when the program did not even begin."""
    facts = {name: value for each in told for name, value in each.items()}
    said = errors.decode(errors="replace")
    if "failed" in facts:
        raise CannotRun(f"This host cannot run this program: {facts['failed']}.")
    why = facts.get("why", "")
    code = int(facts.get("ended", -9))
    if not why and code != 0 and any(sign in said for sign in OUT_OF_MEMORY):
        why = "memory"
    return Ended(code, why, said)
