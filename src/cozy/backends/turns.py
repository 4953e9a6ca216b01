"""Uploads of which one connection at a time sends a part, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cozy.kernel.blobs import BusyUpload


class Turns:
    """Who is at which upload."""

    def __init__(self) -> None:
        self._busy: set[tuple[str, str]] = set()

    @contextmanager
    def alone(self, home_id: str, upload_id: str) -> Iterator[None]:
        """While the block runs, nobody else sends or ends this upload here. Raises BusyUpload."""
        key = (home_id, upload_id)
        if key in self._busy:
            raise BusyUpload(upload=upload_id)
        self._busy.add(key)
        try:
            yield
        finally:
            self._busy.discard(key)
