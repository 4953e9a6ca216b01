"""Documents of offices as pages: LibreOffice draws them where it is installed, in a box of its own, and each once."""

from __future__ import annotations

import asyncio
from functools import partial

from cozy.kernel.blobs import Content
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw, DrawerDied, OutOfTime, TooHungry, TooLargeToDraw
from cozy.kernel.running import CannotRun, Ended, Program

from .bytes import content_pieces

LIMIT = 48 * 1024 * 1024  # bytes of a document
PATIENCE_S = 60.0
LOOK = "office-pages-pdf"  # under which its pages are kept
_SOURCE, _PAGES = "document", "document.pdf"
_CONVERT = ("--convert-to", "pdf", "--outdir", ".", _SOURCE)


async def pages(house: House, home: Home, content: Content) -> bytes:
    """A document as PDF, made once and kept. Raises CannotDraw, and then for a day without trying again; Missing."""
    return await house.drawings.drawn(
        home.id, content.sha256, LOOK, partial(_converted, house, home, content), takes_long=True
    )


async def _converted(house: House, home: Home, content: Content) -> bytes:
    if content.size > LIMIT:
        raise TooLargeToDraw("This document is too large to be drawn.")
    data = b"".join([piece async for piece in content_pieces(house, home, content)])
    program = Program(
        language="office", arguments=_CONVERT, files=[(_SOURCE, data)], wanted=_PAGES, goes_out=False
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            ended = await house.boxes.run(home, program, lambda line: None)
    except TimeoutError as error:
        raise OutOfTime(f"It took longer than {PATIENCE_S:g} s: LibreOffice had to be stopped.") from error
    except CannotRun as error:
        raise CannotDraw(error.detail) from error
    return _made(ended)


def _made(ended: Ended) -> bytes:
    """The PDF that it left. Raises TooHungry, DrawerDied."""
    if ended.why:
        raise TooHungry(f"LibreOffice was ended: it took too much {ended.why}.")
    if not (made := ended.left):
        raise DrawerDied(f"LibreOffice left no pages ({ended.code}): {ended.errors[-200:]}")
    return made
