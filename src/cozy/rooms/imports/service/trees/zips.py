"""Zip archives."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from typing import BinaryIO

from ...errors import Damaged
from ...model import Entry, reasons
from .guards import MOST_ENTRIES, Names, check_number, check_sum, guarded, instant, moment
from .refusals import Refusal

_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
# What unpacks as much as is asked for, and no more at once; the others would fill the memory with some bytes.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_LINE = b"PK\x01\x02"
_HEADER = 46  # bytes of a line of the directory, at least
_DIRECTORY_LIMIT = MOST_ENTRIES * 256  # bytes


def is_zip(file: BinaryIO) -> bool:
    """Whether it begins like one; one that is cut short is one too."""
    file.seek(0)
    return file.read(4) in {b"PK\x03\x04", _END}


class Zip:
    """What is in a zip. Raises Damaged, TooMuch, TooManyEntries."""

    def __init__(self, file: BinaryIO) -> None:
        packed = file.seek(0, os.SEEK_END)
        _check_directory(file, packed)
        self._zip = zipfile.ZipFile(_Opening(file))  # type: ignore[arg-type]
        self._zip.fp = file
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self._known = Names()
        self.entries: list[Entry] = []
        self.refused: list[Refusal] = []
        check_number(len(self._zip.filelist))
        check_sum(sum(info.file_size for info in self._zip.filelist), packed)
        for info in self._zip.filelist:
            self._take(info)

    def _take(self, info: zipfile.ZipInfo) -> None:
        if info.is_dir():
            return
        name = self._known.of(info.filename)
        mode = info.external_attr >> 16
        if not name:
            self.refused.append(Refusal(info.filename[:200], reasons.LEADS_OUT))
        elif mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            self.refused.append(Refusal(name, reasons.LINK))
        elif info.flag_bits & 1:
            self.refused.append(Refusal(name, reasons.LOCKED))
        elif info.compress_type not in _METHODS:
            self.refused.append(Refusal(name, reasons.PACKED))
        elif name not in self._infos:
            self._infos[name] = info
            self.entries.append(Entry(name, info.file_size, _modified(info)))
        else:
            self.refused.append(Refusal(name, reasons.TWICE))

    def open(self, name: str) -> BinaryIO:
        """The bytes of a file in it."""
        info = self._infos[name]
        return guarded(lambda: self._zip.open(info), info.file_size)


def _check_directory(file: BinaryIO, size: int) -> None:
    """Before the directory is read into memory: whether there is one, and it is none of millions."""
    start = max(0, size - _END_SIZE - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read(size - start)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise Damaged(reason="its directory is missing: it was not fetched whole")
    length = struct.unpack("<L", tail[at + 12 : at + 16])[0]
    if length == 0xFFFFFFFF or b"PK\x06\x06" in tail[:at]:
        big = tail.rfind(b"PK\x06\x06", 0, at)
        length = struct.unpack("<Q", tail[big + 40 : big + 48])[0] if big >= 0 and at - big >= 56 else size
    if length > _DIRECTORY_LIMIT:
        check_number(length // _HEADER)


class _Opening:
    """The file while its directory is read, at once and whatever the end of the file said of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """Some bytes. Raises TooManyEntries for the lines of more files than there may be."""
        if size > _DIRECTORY_LIMIT:
            check_number(size // _HEADER)
        found = self._file.read(size)
        if len(found) // _HEADER > MOST_ENTRIES:
            check_number(found.count(_LINE))
        return found


def _modified(info: zipfile.ZipInfo) -> str:
    """When it changed: in UTC where the archive says so (Info-ZIP's extended timestamp), else by a clock without a zone."""
    extra = info.extra
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        field = extra[4 : 4 + length]
        if kind == 0x5455 and len(field) >= 5 and field[0] & 1:
            return instant(struct.unpack("<l", field[1:5])[0])
        extra = extra[4 + length :]
    return moment(*info.date_time)
