"""Contents in an S3 service, for many workers that share nothing else: docs/decisions/0012.

What is not large is one object, `homes/<id>/contents/<key>`; a locked one lies in `contents.<mark>`, under another name. What is larger lies in parts, which are written while they come
and never again: `homes/<id>/parts/<upload>/<offset>-<size>-<random>`. The object under its key, whose second word is the size,
then lists them. A resumable upload is such a folder of parts too: `begun` is there from its beginning to its end, and `end`
tells what it became. So any worker may take the next part, whoever took the one before.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec
import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from cozy.backends.faults import of_disk
from cozy.backends.hashing import Hashes, hashing_threads, inline_content
from cozy.backends.locks import Lock, Locks, Stream, in_order, lock_of, unsealed
from cozy.backends.turns import Turns
from cozy.kernel.blobs import (
    Content,
    Missing,
    Placed,
    Refused,
    StoredBlob,
    TooLarge,
    WrongOffset,
)
from cozy.kernel.problem import Full, OutOfSpace, Unavailable

if TYPE_CHECKING:
    from obstore import ObjectMeta

T = TypeVar("T")
PART = 8 * 1024 * 1024  # bytes; a stream holds two of them in memory
_PIECE = 4 * 1024 * 1024  # bytes read at a time: one is asked for while the one before is sent
_IN_PARTS = re.compile(r"[0-9a-f]{64}-(\d+)-(.+)")
_BEGUN, _END = "begun", "end"
_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r" status code: (\d{3}) ")  # as obstore says it


class Part(NamedTuple):
    """A piece of a content, as its name tells it."""

    offset: int
    size: int  # bytes
    name: str


class _End(msgspec.Struct, frozen=True):
    """The content that an upload became. parts: those that it lies in, if it does."""

    content: Content
    parts: list[Part] = []


class _Upload(NamedTuple):
    """What is there of a resumable upload: the longest row of parts that follow each other."""

    parts: list[Part]
    is_ended: bool

    @property
    def size(self) -> int:
        return _size(self.parts)


class S3:
    """The content store in a bucket. part: most bytes of an object that we write."""

    def __init__(self, store: S3Store, part: int = PART, locks: Locks | None = None) -> None:
        self._store = store
        self._part = part
        self._locks = locks or Locks()
        self._threads = hashing_threads()
        self._appending: dict[tuple[str, str], tuple[list[Part], Hashes]] = {}
        self._turns = Turns()
        self._knows_conditions = True  # until the service says otherwise

    async def put(self, home_id: str, chunks: AsyncIterator[bytes], limit: int | None = None) -> Content:
        """Store a stream; small ones come back inline, and what fits into one object becomes one."""
        held = bytearray()
        async for chunk in chunks:
            held += chunk
            if limit is not None and len(held) > limit:
                raise TooLarge
            if len(held) > self._part:
                return await self._put_parts(home_id, _chain(bytes(held), chunks), limit)
        data = bytes(held)
        if len(data) <= self._locks.inline_limit(home_id):
            return inline_content(data)
        return await self._put_whole(home_id, data, secrets.token_hex(4))

    async def _put_whole(self, home_id: str, data: bytes, suffix: str) -> Content:
        hashes = Hashes(self._threads)
        await hashes.add(data)
        content = await hashes.content(f"{await _sha256(hashes)}-{suffix}")
        path = self._path(home_id, content.blob or "")
        await self._write(path, self._stream(home_id, path)(data))
        return content

    async def _put_parts(self, home_id: str, chunks: AsyncIterator[bytes], limit: int | None) -> Content:
        upload_id, hashes = secrets.token_hex(16), Hashes(self._threads)
        parts: list[Part] = []
        try:
            await self._pump(home_id, upload_id, chunks, parts, hashes, limit)
            content = await _in_parts(hashes, upload_id)
            await self._list(home_id, content, parts)
        except BaseException:
            await self._delete(f"{_parts_path(home_id, upload_id)}/{part.name}" for part in parts)
            raise
        return content

    async def _list(self, home_id: str, content: Content, parts: Sequence[Part]) -> None:
        """Give a content its name: from now on it is there."""
        listed = msgspec.json.encode([part.name for part in parts])
        path = self._path(home_id, content.blob or "")
        await self._write(path, self._stream(home_id, path)(listed))

    async def take(self, home_id: str, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Store what another host keeps under this key: as one object, unless the key says that it lies in parts."""
        if match := _IN_PARTS.fullmatch(key):
            await self._take_parts(home_id, key, match[2], chunks)
            return
        path = self._path(home_id, key)
        checked = _Checked(chunks, key, self._stream(home_id, path))
        try:
            # An object of many parts is there when its last one has come and been found right, or never.
            await asked(obstore.put_async(self._store, path, aiter(checked), chunk_size=PART))
        except BaseException as error:
            if checked.is_wrong:
                raise Refused from error
            if checked.error is not None:
                raise checked.error from error
            raise

    async def _take_parts(self, home_id: str, key: str, upload_id: str, chunks: AsyncIterator[bytes]) -> None:
        folder, hashes = _parts_path(home_id, upload_id), Hashes(self._threads)
        parts: list[Part] = []
        try:
            await self._pump(home_id, upload_id, chunks, parts, hashes, None)
            content = await _in_parts(hashes, upload_id)
            if content.blob != key:
                raise Refused
            await self._list(home_id, content, parts)
        except BaseException:
            await self._delete(f"{folder}/{part.name}" for part in parts)
            raise

    async def _pump(
        self,
        home_id: str,
        upload_id: str,
        chunks: AsyncIterator[bytes],
        parts: list[Part],
        hashes: Hashes | None,
        limit: int | None,
    ) -> None:
        """Write a stream in parts after those that are there; one is on its way while the next is coming."""
        folder = _parts_path(home_id, upload_id)
        held, at, sending = bytearray(), _size(parts), None
        try:
            try:
                async for chunk in chunks:
                    if limit is not None and at + len(held) + len(chunk) > limit:
                        raise TooLarge
                    held += chunk
                    while len(held) >= self._part:
                        sending = await self._send(
                            home_id, folder, at, bytes(held[: self._part]), sending, parts
                        )
                        at += self._part
                        if hashes is not None:
                            await hashes.add(bytes(held[: self._part]))
                        del held[: self._part]
            finally:
                if held:
                    sending = await self._send(home_id, folder, at, bytes(held), sending, parts)
                    if hashes is not None:
                        await hashes.add(bytes(held))
        finally:
            if sending is not None:
                await _ended(sending)

    async def _send(
        self,
        home_id: str,
        folder: str,
        at: int,
        data: bytes,
        before: asyncio.Task[None] | None,
        parts: list[Part],
    ) -> asyncio.Task[None]:
        """Begin to write a part, when the one before is written."""
        if before is not None:
            await _ended(before)
        mark = self._locks.of(home_id)[0].mark
        name = f"{at:012x}-{len(data):x}-{secrets.token_hex(4)}{mark}"
        path = f"{folder}/{name}"

        async def send() -> None:
            await self._write(path, self._stream(home_id, path)(data))
            parts.append(Part(at, len(data), name))

        return asyncio.create_task(send())

    async def read(
        self, home_id: str, key: str, start: int = 0, size: int | None = None
    ) -> AsyncIterator[bytes]:
        """In pieces that are asked for one ahead, so that no connection waits for a slow reader."""
        if _IN_PARTS.fullmatch(key):
            folder, parts = _parts_path(home_id, _upload_of(key)), await self._listed(home_id, key)
            spans = list(_spans(folder, parts, start, _size(parts) if size is None else start + size))
        else:
            first, whole, path = await self._found(
                home_id, key, start, _PIECE if size is None else min(size, _PIECE)
            )
            if first:
                yield self._stream(home_id, path, start)(first)
            end = whole if size is None else min(whole, start + size)
            spans = list(_cut(path, start + len(first), end))
        async for piece in self._ahead(home_id, spans):
            yield piece

    async def _found(self, home_id: str, key: str, start: int, size: int) -> tuple[bytes, int, str]:
        """The first bytes from `start` on as they lie there, how many the object has, and under which of its paths it lies."""
        for path in self._paths(home_id, key):
            with suppress(Missing):
                return *await self._first(path, start, size), path
        raise Missing(key)

    async def _first(self, path: str, start: int, size: int) -> tuple[bytes, int]:
        """The first bytes from `start` on, and how many the object has."""
        try:
            got = await obstore.get_async(self._store, path, options={"range": (start, start + max(size, 1))})
            return bytes(await got.bytes_async())[:size], got.meta["size"]
        except FileNotFoundError as error:
            raise Missing(path) from error
        except BaseError as error:
            if _status(error) == 416:  # Range Not Satisfiable (RFC 9110 §15.5.17): nothing is from there on
                return b"", start
            raise _unreachable() from error

    async def _ahead(self, home_id: str, spans: Iterable[tuple[str, int, int]]) -> AsyncIterator[bytes]:
        pending: asyncio.Task[bytes] | None = None
        try:
            for span in spans:
                coming = asyncio.create_task(self._span(home_id, *span))
                if pending is not None:
                    now, pending = pending, coming
                    yield await now
                pending = coming
            if pending is not None:
                yield await pending
        finally:
            if pending is not None:
                pending.cancel()
                await asyncio.gather(pending, return_exceptions=True)

    async def _span(self, home_id: str, path: str, start: int, end: int) -> bytes:
        try:
            held = bytes(await asked(obstore.get_range_async(self._store, path, start=start, end=end)))
            return self._stream(home_id, path, start)(held)
        except FileNotFoundError as error:
            raise Missing(path) from error

    async def place(self, home_id: str, key: str, path: Path) -> Placed:
        """Always a copy."""
        pieces = aiter(self.read(home_id, key))
        first = await anext(pieces, b"")
        try:
            with path.open("xb", buffering=0) as file:
                try:
                    await asyncio.to_thread(file.write, first)
                    async for piece in pieces:
                        await asyncio.to_thread(file.write, piece)
                except BaseException:
                    path.unlink()
                    raise
        except OSError as error:
            raise of_disk(error) from error
        return "copy"

    async def delete(self, home_id: str, key: str) -> None:
        """The name first: what has none is nobody's, and its parts are swept if we fall here."""
        await self._delete(self._paths(home_id, key))
        if _IN_PARTS.fullmatch(key):
            await clear(self._store, _parts_path(home_id, _upload_of(key)))

    def stored(self, home_id: str) -> Iterator[StoredBlob]:
        """A page of names at a time, in the order of keys."""
        return in_order(self._locks.of(home_id), lambda lock: self._walked(home_id, lock))

    def _walked(self, home_id: str, lock: Lock) -> Iterator[StoredBlob]:
        for found in found_in(self._store, _contents_path(home_id, lock)):
            name = _name(found)
            match = _IN_PARTS.fullmatch(name)
            yield StoredBlob(name, int(match[1]) if match else found["size"], age_s(found))

    async def begin(self, home_id: str, upload_id: str) -> None:
        """Say that parts may come."""
        await self._write(f"{_parts_path(home_id, upload_id)}/{_BEGUN}", b"")
        self._appending[home_id, upload_id] = ([], Hashes(self._threads))

    async def received(self, home_id: str, upload_id: str) -> int:
        """The parts that are there are the truth, whoever wrote them."""
        return (await self._upload(home_id, upload_id)).size

    async def append(
        self, home_id: str, upload_id: str, offset: int, chunks: AsyncIterator[bytes], limit: int
    ) -> int:
        """Write further parts. Two workers that do it at once stand in nobody's way: only one row of parts is the content."""
        with self._turns.alone(home_id, upload_id):
            upload = await self._upload(home_id, upload_id)
            if upload.size != offset:
                raise WrongOffset(offset=offset, received=upload.size)
            folder, parts = _parts_path(home_id, upload_id), list(upload.parts)
            known, hashes = self._appending.pop((home_id, upload_id), ([], None))
            if known != parts:
                hashes = None  # another worker took parts meanwhile: they are read at the end, once
            if not parts:
                hashes = Hashes(self._threads)
            try:
                await self._pump(home_id, upload_id, chunks, parts, hashes, limit)
            except (Full, OutOfSpace, TooLarge, Refused):
                await self._delete(f"{folder}/{part.name}" for part in parts[len(upload.parts) :])
                raise
            if hashes is not None:
                self._appending[home_id, upload_id] = (parts, hashes)
        return _size(parts)

    async def finish(self, home_id: str, upload_id: str) -> Content:
        """List the parts; few bytes become one object. Nothing is copied, and read only when other workers took parts."""
        with self._turns.alone(home_id, upload_id):
            upload = await self._upload(home_id, upload_id)
            folder = _parts_path(home_id, upload_id)
            if not upload.is_ended:
                if upload.size <= self._part:
                    spans = _spans(folder, upload.parts, 0, upload.size)
                    data = b"".join([piece async for piece in self._ahead(home_id, spans)])
                    if len(data) <= self._locks.inline_limit(home_id):
                        return inline_content(data)
                    end = _End(await self._put_whole(home_id, data, upload_id))
                else:
                    hashes = await self._hashes(home_id, upload_id, upload)
                    end = _End(await _in_parts(hashes, upload_id), upload.parts)
                await self._end(home_id, folder, end)
            # Whoever abandons takes `begun` away and then looks for `end`: one of us sees the other.
            await self._upload(home_id, upload_id)
            end = await self._ended_as(home_id, folder)
            if end is None:
                raise Missing(upload_id)
            if end.parts:
                await self._list(home_id, end.content, end.parts)
            return end.content

    async def _end(self, home_id: str, folder: str, end: _End) -> None:
        """Say what it became; whoever says so first is right. Services that know no conditions, as Swift's, let the last one say it."""
        path, said = f"{folder}/{_END}", self._locks.of(home_id)[0].seal(msgspec.json.encode(end))
        if self._knows_conditions:
            try:
                await obstore.put_async(self._store, path, said, mode="create", use_multipart=False)
                return
            except AlreadyExistsError:
                return
            except BaseError as error:
                if _status(error) != 501:
                    raise _refused(error) from error
                self._knows_conditions = False
        await self._write(path, said)

    async def _hashes(self, home_id: str, upload_id: str, upload: _Upload) -> Hashes:
        """Of all parts: as they came by here, else read again."""
        known, hashes = self._appending.get((home_id, upload_id), ([], None))
        if hashes is None or known != upload.parts:
            hashes = Hashes(self._threads)
            spans = _spans(_parts_path(home_id, upload_id), upload.parts, 0, upload.size)
            async for piece in self._ahead(home_id, spans):
                await hashes.add(piece)
            self._appending[home_id, upload_id] = (upload.parts, hashes)
        return hashes

    async def abandon(self, home_id: str, upload_id: str) -> None:
        """Forget it; its parts stay when a content lists them."""
        self._appending.pop((home_id, upload_id), None)
        folder = _parts_path(home_id, upload_id.removesuffix(".part"))
        await self._delete([f"{folder}/{_BEGUN}"])
        end = await self._ended_as(home_id, folder)
        if end is None or not end.parts:
            await clear(self._store, folder)

    async def _ended_as(self, home_id: str, folder: str) -> _End | None:
        """What an upload became."""
        try:
            found = await asked(obstore.get_async(self._store, f"{folder}/{_END}"))
            held = bytes(await asked(found.bytes_async()))
        except FileNotFoundError:
            return None
        return msgspec.json.decode(unsealed(self._locks.of(home_id), held), type=_End)

    def unfinished(self, home_id: str) -> Iterator[StoredBlob]:
        """Uploads that are begun and not ended; and parts of puts that nothing lists."""
        folders: dict[str, list[ObjectMeta]] = {}
        for found in found_in(self._store, f"homes/{home_id}/parts"):
            folders.setdefault(found["path"].split("/")[-2], []).append(found)
        # After the parts, so that what is listed meanwhile is not taken for a left-over.
        listed = {_upload_of(blob.key) for blob in self.stored(home_id)} if folders else set()
        for upload_id, objects in folders.items():
            names = {_name(each) for each in objects}
            if _END in names or (upload_id in listed and _BEGUN not in names):
                continue
            key = upload_id if _BEGUN in names else f"{upload_id}.part"
            yield StoredBlob(key, sum(each["size"] for each in objects), min(map(age_s, objects)))

    async def drop(self, home_id: str) -> None:
        """Remove everything of a home but its pictures."""
        for lock in self._locks.of(home_id):
            await clear(self._store, _contents_path(home_id, lock))
        await clear(self._store, f"homes/{home_id}/parts")

    async def reach(self) -> None:
        """Ask for something that is not there."""
        try:
            await asked(obstore.head_async(self._store, "nothing"))
        except FileNotFoundError:
            return

    async def _upload(self, home_id: str, upload_id: str) -> _Upload:
        """What is there of an upload. Raises Missing."""
        parts, names = [], set()
        folder = _parts_path(home_id, upload_id)
        async for page in _pages(self._store, folder):
            for found in page:
                names.add(_name(found))
                if (part := _part(_name(found))) is not None:
                    parts.append(part)
        if _BEGUN not in names:
            raise Missing(upload_id)
        return _Upload(_longest(parts), _END in names)

    async def _listed(self, home_id: str, key: str) -> list[Part]:
        """The parts of a content. Raises Missing."""
        for path in self._paths(home_id, key):
            with suppress(FileNotFoundError):
                found = await asked(obstore.get_async(self._store, path))
                listed = self._stream(home_id, path)(bytes(await asked(found.bytes_async())))
                names = msgspec.json.decode(listed, type=list[str])
                return [part for part in map(_part, names) if part is not None]
        raise Missing(key)

    def _path(self, home_id: str, key: str) -> str:
        """Where a content is written now."""
        return self._paths(home_id, key)[0]

    def _paths(self, home_id: str, key: str) -> list[str]:
        """Where it may lie, under whichever lock."""
        return [f"{_contents_path(home_id, lock)}/{lock.name(key)}" for lock in self._locks.of(home_id)]

    def _stream(self, home_id: str, path: str, at: int = 0) -> Stream:
        """What locks the bytes of an object, or unlocks them. No path is ever written twice but with the same bytes."""
        return lock_of(self._locks.of(home_id), path).stream(path, at)

    async def _write(self, path: str, data: bytes) -> None:
        await asked(obstore.put_async(self._store, path, data, use_multipart=False))

    async def _delete(self, paths: Iterable[str]) -> None:
        if going := list(paths):
            await asked(obstore.delete_async(self._store, going))


class _Checked:
    """A stream, locked, that ends only when it is what its key says."""

    def __init__(self, chunks: AsyncIterator[bytes], key: str, locked: Stream) -> None:
        self._chunks = chunks
        self._key = key
        self._locked = locked
        self.is_wrong = False
        self.error: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        digest = hashlib.sha256()
        try:
            async for chunk in self._chunks:
                digest.update(chunk)
                yield self._locked(chunk)
        except Exception as error:
            self.error = error
            raise
        if digest.hexdigest() != self._key.partition("-")[0]:
            self.is_wrong = True
            raise Refused


def store_of(address: str, endpoint: str) -> S3Store:
    """A bucket. address: `s3://bucket/folder`; keys and region come from the environment, as for every program of S3.

    Raises Unavailable.
    """
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc:
        raise Unavailable("The setting `contents` is not an address like `s3://bucket/folder`.")
    where = {"endpoint": endpoint.rstrip("/")} if endpoint else {}
    return S3Store(
        parts.netloc, prefix=parts.path.strip("/") or None, **where,
        client_options={"allow_http": endpoint.startswith("http://"), "connect_timeout": "5s", "timeout": "60s"},
        retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=30)},
    )  # fmt: skip


async def refusal(store: S3Store) -> str:
    """Why this bucket cannot be used, in a word of the service such as `NoSuchBucket`, which it gives to who asks for a list; "" where it can."""
    try:
        await obstore.list(store, prefix="nothing/").collect_async()
    except BaseError as error:
        said = _CODE.search(str(error))
        return said[1] if said else str(_status(error) or "no answer")
    return ""


async def asked(answer: Awaitable[T]) -> T:
    """An answer of the service. Raises Unavailable, OutOfSpace, FileNotFoundError, AlreadyExistsError."""
    try:
        return await answer
    except AlreadyExistsError:
        raise
    except BaseError as error:
        raise _refused(error) from error


def _refused(error: BaseError) -> OutOfSpace | Unavailable:
    return OutOfSpace() if _is_full(error) else _unreachable()


def _is_full(error: BaseError) -> bool:
    """Whether there is no room: 507 (RFC 4918 §11.5), as MinIO and Garage say it, or Ceph's code of a quota that is used up."""
    return _status(error) == 507 or "<Code>QuotaExceeded</Code>" in str(error)


def _status(error: BaseError) -> int:
    """What the service answered; 0 where it did not. Times and names of objects are in the text, too."""
    said = _STATUS.search(str(error))
    return int(said[1]) if said else 0


def _unreachable() -> Unavailable:
    return Unavailable("The contents of this server cannot be reached: try again in a moment.")


async def _ended(task: asyncio.Task[None]) -> None:
    """Wait for it, even when we are told to stop: what is written must be known."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


async def clear(store: S3Store, folder: str) -> None:
    """Remove all that is in a folder. Raises Unavailable."""
    async for page in _pages(store, folder):
        await asked(obstore.delete_async(store, [found["path"] for found in page]))


def found_in(store: S3Store, folder: str) -> Iterator[ObjectMeta]:
    """All that is in a folder, in the order of names. Raises Unavailable."""
    try:
        for page in obstore.list(store, folder):
            yield from page
    except BaseError as error:
        raise _unreachable() from error


async def _pages(store: S3Store, folder: str) -> AsyncIterator[Sequence[ObjectMeta]]:
    try:
        async for page in obstore.list(store, folder):
            yield page
    except BaseError as error:
        raise _unreachable() from error


async def _chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


async def _sha256(hashes: Hashes) -> str:
    await hashes.settle()
    return hashes.sha256


async def _in_parts(hashes: Hashes, upload_id: str) -> Content:
    """The content that these bytes are, under a key that says that it lies in parts."""
    return await hashes.content(f"{await _sha256(hashes)}-{hashes.size}-{upload_id}")


def _contents_path(home_id: str, lock: Lock) -> str:
    return f"homes/{home_id}/contents{lock.mark}"


def _parts_path(home_id: str, upload_id: str) -> str:
    return f"homes/{home_id}/parts/{upload_id}"


def _upload_of(key: str) -> str:
    match = _IN_PARTS.fullmatch(key)
    return match[2] if match else ""


def _name(found: ObjectMeta) -> str:
    return found["path"].rpartition("/")[2]


def _part(name: str) -> Part | None:
    """What a name says; None for another one."""
    offset, _, rest = name.partition("-")
    size, _, _ = rest.partition("-")
    return Part(int(offset, 16), int(size, 16), name) if rest else None


def _size(parts: Sequence[Part]) -> int:
    return parts[-1].offset + parts[-1].size if parts else 0


def _longest(parts: Sequence[Part]) -> list[Part]:
    """The longest row of parts that follow each other from the beginning on."""
    best: dict[int, Part] = {}  # by where it begins: the part that leads furthest
    reach: dict[int, int] = {}
    for part in sorted(parts, reverse=True):
        end = part.offset + part.size
        if (far := reach.get(end, end)) > reach.get(part.offset, -1):
            best[part.offset], reach[part.offset] = part, far
    row, at = [], 0
    while (part := best.get(at)) is not None and part.size:
        row.append(part)
        at += part.size
    return row


def _spans(folder: str, parts: Sequence[Part], start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """What to read of which object, for the bytes from `start` to `end`."""
    for part in parts:
        first, last = max(start, part.offset), min(end, part.offset + part.size)
        if first < last:
            yield from _cut(f"{folder}/{part.name}", first - part.offset, last - part.offset)


def _cut(path: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for at in range(start, end, _PIECE):
        yield path, at, min(at + _PIECE, end)


def age_s(found: ObjectMeta) -> float:
    """How long ago it was written, by the clock of the service and ours."""
    return (datetime.now(UTC) - found["last_modified"]).total_seconds()
