"""Stretches: what is sent is put together of them while it is sent, and can be asked for from anywhere in it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Stretch(Struct, Generic[T], frozen=True):
    """So many bytes: these, or those that are read from a source."""

    size: int
    data: bytes = b""
    source: T | None = None


async def cut(
    stretches: Iterable[Stretch[T]] | AsyncIterable[Stretch[T]],
    read: Callable[[T, int, int], AsyncIterator[bytes]],
    start: int,
    size: int,
) -> AsyncIterator[bytes]:
    """`size` bytes from `start` on. read(source, start, size) gives the bytes of a source.

    Raises ValueError when a source has fewer: what is broken must not look whole.
    """
    async for stretch in _each(stretches):
        if size <= 0:
            return
        if start >= stretch.size:
            start -= stretch.size
            continue
        wanted = min(stretch.size - start, size)
        if stretch.source is None:
            yield stretch.data[start : start + wanted]
        else:
            came = 0
            async for piece in read(stretch.source, start, wanted):
                came += len(piece)
                yield piece
            if came != wanted:
                raise ValueError(f"{came} bytes came of {wanted}")
        start, size = 0, size - wanted


async def _each(stretches: Iterable[Stretch[T]] | AsyncIterable[Stretch[T]]) -> AsyncIterator[Stretch[T]]:
    if isinstance(stretches, AsyncIterable):
        async for stretch in stretches:
            yield stretch
        return
    for stretch in stretches:
        yield stretch
