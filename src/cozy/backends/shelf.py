"""Versions of apps on the local disk: two files each, its bytes and a table of what lies where."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brotli
import msgspec

from cozy.kernel.durable import make_folder, sync_folder
from cozy.kernel.shelf import Packed

_PACKABLE = (".css", ".htm", ".html", ".js", ".json", ".map", ".md", ".mjs", ".svg", ".txt", ".wasm", ".webapp", ".webmanifest", ".xml")  # fmt: skip
_LEAST = 256  # bytes: less is not worth packing
_BROTLI_QUALITY = 9  # 11 packs 6 % better and takes ten times as long


@dataclass(frozen=True, slots=True)
class PackOnDisk:
    """An open version."""

    files: Mapping[str, Packed]
    path: Path

    def read(self, packed: Packed, encoding: str) -> bytes:
        """A file in one of its forms."""
        start, size = packed.encodings[encoding]
        with self.path.open("rb") as bytes_:
            return os.pread(bytes_.fileno(), size, start)


class ShelfOnDisk:
    """A folder of versions: `ab/<key>.pack` and, written after it, `ab/<key>.json`."""

    def __init__(self, root: Path) -> None:
        self._root = root / "apps"

    def find(self, key: str) -> PackOnDisk | None:
        """The version under a key, if it is here."""
        table = self._table(key)
        return _opened(table, table.stat().st_mtime_ns) if table.is_file() else None

    def put(self, key: str, files: Iterable[tuple[str, bytes]]) -> PackOnDisk:
        """Keep a version."""
        table = self._table(key)
        make_folder(table.parent)
        held: dict[str, Packed] = {}
        with self.scratch() as folder:
            pack = folder / "pack"
            with pack.open("wb") as out:
                for name, content in files:
                    forms = _forms(name, content)
                    held[name] = _packed(out.tell(), content, forms)
                    out.writelines(forms.values())
                out.flush()
                os.fsync(out.fileno())
            listed = folder / "table"
            with listed.open("wb") as out:
                out.write(msgspec.json.encode(held))
                out.flush()
                os.fsync(out.fileno())
            os.replace(pack, table.with_suffix(".pack"))
            os.replace(listed, table)
        sync_folder(table.parent)
        found = self.find(key)
        assert found is not None
        return found

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for what is on its way in, removed at the end."""
        waiting = self._root / "tmp"
        waiting.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=waiting))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def take(self, key: str) -> bool:
        """Say that somebody is about to use a version; whether it is here."""
        try:
            os.utime(self._table(key))
        except FileNotFoundError:
            return False
        return True

    def keys(self) -> Iterator[str]:
        """Every version that is here."""
        return (path.stem for path in sorted(self._root.glob("??/*.json")))

    def drop(self, key: str, least_age_s: float = 0) -> bool:
        """Remove a version: its table first, without which it is not there."""
        table = self._table(key)
        try:
            if time.time() - table.stat().st_mtime < least_age_s:
                return False
            table.unlink()
        except FileNotFoundError:
            return False
        table.with_suffix(".pack").unlink(missing_ok=True)
        return True

    def _table(self, key: str) -> Path:
        if not key.isalnum():
            raise ValueError(f"{key!r} is no key")
        return self._root / key[:2] / f"{key}.json"


@lru_cache(maxsize=256)
def _opened(table: Path, _changed_ns: int) -> PackOnDisk:
    files = msgspec.json.decode(table.read_bytes(), type=dict[str, Packed])
    return PackOnDisk(files, table.with_suffix(".pack"))


def _forms(name: str, content: bytes) -> dict[str, bytes]:
    """What is kept of a file: what packs well in two packed forms, anything else as it is."""
    if len(content) < _LEAST or not name.lower().endswith(_PACKABLE):
        return {"": content}
    packed = gzip.compress(content, 8, mtime=0)
    if len(packed) > 0.95 * len(content):
        return {"": content}
    return {"gzip": packed, "br": brotli.compress(content, quality=_BROTLI_QUALITY)}


def _packed(start: int, content: bytes, forms: Mapping[str, bytes]) -> Packed:
    encodings: dict[str, tuple[int, int]] = {}
    for encoding, form in forms.items():
        encodings[encoding] = (start, len(form))
        start += len(form)
    return Packed(hashlib.sha256(content).hexdigest()[:16], encodings, len(content))
