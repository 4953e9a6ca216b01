"""What no archive may do: name files outside of itself, hold more than it can, or end in the middle without a word."""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Any, BinaryIO

from cozy.kernel.clock import iso
from cozy.kernel.text import nfc

from ...errors import Damaged, Encrypted, TooManyEntries, TooMuch

MOST_ENTRIES = 500_000  # of everything that was dropped together
MOST_RATIO = (
    200  # times its own size that an archive may hold, beyond the first GB: texts are packed by 10 to 30
)
FREE = 1024**3  # bytes that an archive may hold whatever its own size
DEEPEST = 128  # folders
LONGEST = 4096  # bytes of a name
BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, ValueError,
    OverflowError, RecursionError,
)  # fmt: skip


def clean(name: str) -> str:
    """A name in an archive as a path of plain steps; "" for one that leads elsewhere or cannot be held."""
    steps = [step for step in name.replace("\\", "/").split("/") if step not in {"", "."}]
    if name[:1] in {"/", "\\"} or ".." in steps or not steps or (len(steps[0]) == 2 and steps[0][1] == ":"):
        return ""
    path = nfc("/".join(steps))
    if len(steps) > DEEPEST or "\0" in path or len(path.encode("utf-8", "replace")) > LONGEST:
        return ""
    return path.encode("utf-8", "replace").decode()


class Names:
    """The names of one archive, cleaned. Two that differ there and are the same here, such as one letter in two Unicode forms, get a number."""

    def __init__(self) -> None:
        self._own: dict[str, str] = {}  # by the name here, the one there
        self._renamed: dict[str, str] = {}  # by the name there
        self._numbers: dict[str, int] = {}

    def of(self, there: str) -> str:
        """The name here; the same for the same one there."""
        name = clean(there)
        if not name or self._own.setdefault(name, there) == there:
            return name
        if there not in self._renamed:
            self._renamed[there] = self._numbered(name, there)
        return self._renamed[there]

    def _numbered(self, name: str, there: str) -> str:
        while True:
            number = self._numbers[name] = self._numbers.get(name, 1) + 1
            found = with_number(name, number)
            if self._own.setdefault(found, there) == there:
                return found


def with_number(name: str, number: int) -> str:
    """`a/b (2).txt` for `a/b.txt`."""
    folder, slash, base = name.rpartition("/")
    stem, dot, end = base.rpartition(".")
    return f"{folder}{slash}{stem} ({number}).{end}" if stem and dot else f"{name} ({number})"


def check_sum(held: int, packed: int) -> None:
    """Raises TooMuch when an archive of so many bytes says that it holds so many."""
    if held > max(FREE, packed * MOST_RATIO):
        raise TooMuch(holds=held, size=packed)


def check_heads(size: int, limit: int) -> None:
    """Raises TooMuch where an archive tells more of its files than any program writes."""
    if size > limit:
        raise TooMuch(header=size, limit=limit)


def check_number(number: int) -> None:
    """Raises TooManyEntries."""
    if number > MOST_ENTRIES:
        raise TooManyEntries(limit=MOST_ENTRIES)


def moment(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str:
    """A date of an archive, which names no zone, as RFC 3339; "" for one that no calendar has."""
    try:
        return iso(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC))
    except ValueError:
        return ""


def instant(seconds: float) -> str:
    """The same for seconds since 1970."""
    try:
        return iso(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return ""


def guarded(opening: Callable[[], Any], size: int, lock: Lock | None = None) -> BinaryIO:
    """A stream of so many bytes, no more and no less: whatever goes wrong with it is Damaged, at the opening too.

    lock: of the file that several such streams read in turns.
    """
    try:
        return io.BufferedReader(_Guarded(opening(), size, lock or Lock()), 64 * 1024)  # type: ignore[return-value]
    except RuntimeError as error:  # what zipfile raises where a password is wanted
        raise Encrypted from error
    except BROKEN as error:
        raise Damaged(reason=_said(error)) from error


def _said(error: BaseException) -> str:
    return str(error)[:200] or type(error).__name__


class _Guarded(io.RawIOBase):
    def __init__(self, inner: BinaryIO, size: int, lock: Lock) -> None:
        self._inner = inner
        self._left = size
        self._lock = lock

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read some bytes."""
        if not self._left:
            return 0
        try:
            with self._lock:
                piece = self._inner.read(min(len(buffer), self._left))
        except BROKEN as error:
            raise Damaged(reason=_said(error)) from error
        if not piece:
            raise Damaged(reason="it ends too early")
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()
