"""Pictures of contents in an S3 service, for all workers: `homes/<id>/thumbnails/<sha256>/<look>`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import obstore
from obstore.store import S3Store

from cozy.backends.drawings import Kept
from cozy.backends.s3 import age_s, asked, clear, found_in
from cozy.kernel.blobs import StoredBlob
from cozy.kernel.problem import OutOfSpace, Unavailable


class PicturesInS3:
    """An object each, in a folder for its content. Implements `drawings.Pictures`."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    async def read(self, home_id: str, sha256: str, look: str) -> Kept | None:
        """One request."""
        try:
            found = await asked(obstore.get_async(self._store, f"{_folder(home_id)}/{sha256}/{look}"))
            return Kept(bytes(await asked(found.bytes_async())), age_s(found.meta))
        except FileNotFoundError:
            return None

    async def keep(self, home_id: str, sha256: str, look: str, data: bytes) -> None:
        """An object is there whole or not at all."""
        with suppress(Unavailable, OutOfSpace):
            await asked(
                obstore.put_async(
                    self._store, f"{_folder(home_id)}/{sha256}/{look}", data, use_multipart=False
                )
            )

    async def forget(self, home_id: str, hashes: Sequence[str]) -> None:
        """A folder a content."""
        for sha256 in hashes:
            await clear(self._store, f"{_folder(home_id)}/{sha256}")

    def kept(self, home_id: str) -> Iterator[StoredBlob]:
        """A page at a time."""
        for found in found_in(self._store, _folder(home_id)):
            yield StoredBlob("-".join(found["path"].split("/")[-2:]), found["size"], age_s(found))

    async def drop(self, home_id: str) -> None:
        """Remove the folder."""
        await clear(self._store, _folder(home_id))


def _folder(home_id: str) -> str:
    return f"homes/{home_id}/thumbnails"
