"""Answers of many lines, sent page by page as they are made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from starlette.responses import Response

from cozy.dav import answers, xml
from cozy.kernel.ledger import Use
from cozy.web.call import Call
from cozy.web.ranges import Stream

from ..service.addresses import Place
from .door import told

Pages = AsyncIterator[list[str]]


def _nothing() -> str:
    return ""


async def in_pages(
    call: Call, place: Place, pages: Pages, *, head: str = "", ending: Callable[[], str] = _nothing
) -> Response:
    """A multistatus. What is refused is refused before anything is sent: the first page is made by then.

    head: a line before the first page, which no document stands behind; ending: what is said after the last.
    """
    first, second = await anext(pages, []), await anext(pages, None)
    if first:
        call.account(len(first), place.dialect.items)
    if second is None:
        return told(answers.multistatus([head, *first, ending()]))
    call.account(len(second), place.dialect.items)
    start = f"{xml.HEAD}{answers.START}{head}{''.join(first)}{''.join(second)}"
    return Stream(_rest(call, place, start, pages, ending), 207, {"content-type": xml.MEDIA_TYPE})


async def _rest(
    call: Call, place: Place, start: str, pages: Pages, ending: Callable[[], str]
) -> AsyncIterator[bytes]:
    yield start.encode()
    async for lines in pages:
        call.note(Use("GET", place.dialect.items, len(lines), requests=0))
        yield "".join(lines).encode()
    yield f"{ending()}{answers.END}".encode()
