"""Pictures that are kept: they are a convenience, so nothing that goes wrong with them may stop anybody."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from cozy.backends.drawings import KeptDrawings, Pictures, PicturesOnDisk
from cozy.backends.s3_pictures import PicturesInS3
from cozy.kernel.previews import CannotDraw

SHA = "ab" * 32


@pytest.fixture(params=["disk", "s3"])
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Pictures:
    if request.param == "disk":
        return PicturesOnDisk(tmp_path)
    return PicturesInS3(request.getfixturevalue("s3_service").bucket(secrets.token_hex(8)))


@pytest.fixture
def drawings(pictures: Pictures) -> KeptDrawings:
    return KeptDrawings(pictures)


def slowly(asked: list[int], data: bytes = b"drawn") -> Callable[[], Coroutine[None, None, bytes]]:
    async def draw() -> bytes:
        asked.append(1)
        await asyncio.sleep(0.01)
        return data

    return draw


async def test_one_who_leaves_does_not_take_the_picture_from_the_others(drawings):
    asked: list[int] = []
    tasks = [asyncio.create_task(drawings.drawn("h", SHA, "tiny", slowly(asked))) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    assert await asyncio.gather(*tasks[1:]) == [b"drawn", b"drawn"]
    assert asked == [1]


async def test_homes_and_looks_are_kept_apart(drawings):
    asked: list[int] = []
    for home, look in (("h", "tiny"), ("h", "large"), ("other", "tiny"), ("h", "tiny")):
        await drawings.drawn(home, SHA, look, slowly(asked))
    assert len(asked) == 3
    await drawings.forget("h", [SHA])
    assert list(drawings.kept("h")) == []
    assert len(list(drawings.kept("other"))) == 1
    await drawings.drop("other")
    assert list(drawings.kept("other")) == []


async def test_a_disk_that_takes_nothing_does_not_hide_the_picture(tmp_path: Path):
    (tmp_path / "homes" / "h").mkdir(parents=True)
    (tmp_path / "homes" / "h" / "thumbnails").touch()
    with pytest.raises(NotADirectoryError):
        (tmp_path / "homes" / "h" / "thumbnails" / "ab").mkdir()
    drawings, asked = KeptDrawings(PicturesOnDisk(tmp_path)), []
    assert await drawings.drawn("h", SHA, "tiny", slowly(asked)) == b"drawn"


async def test_what_a_crash_cut_off_is_drawn_again(pictures: Pictures, drawings: KeptDrawings):
    asked: list[int] = []
    await drawings.drawn("h", SHA, "tiny", slowly(asked))
    await pictures.keep("h", SHA, "tiny", b"")
    assert await drawings.drawn("h", SHA, "tiny", slowly(asked)) == b"drawn"
    assert asked == [1, 1]


async def test_another_failure_than_a_broken_picture_is_tried_again(drawings):
    async def fail() -> bytes:
        raise OSError("the disk is tired")

    with pytest.raises(OSError, match="tired"):
        await drawings.drawn("h", SHA, "tiny", fail)
    assert await drawings.drawn("h", SHA, "tiny", slowly([])) == b"drawn"


async def test_a_picture_that_cannot_be_drawn_small_is_not_refused_large(drawings):
    async def refuse() -> bytes:
        raise CannotDraw("no")

    with pytest.raises(CannotDraw):
        await drawings.drawn("h", SHA, "poster-128", refuse)
    with pytest.raises(CannotDraw):
        await drawings.drawn("h", SHA, "poster-128", slowly([]))
    assert await drawings.drawn("h", SHA, "thumbnail-128", slowly([])) == b"drawn"
