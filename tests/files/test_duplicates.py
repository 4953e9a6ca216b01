"""Pictures that are there twice, or look alike, found without comparing each with each."""

import random

import pytest

from cozy.kernel.caller import Caller
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.service.duplicates import note_likeness
from cozy.rooms.permissions.errors import NotAllowed
from tests.browser import samples
from tests.files.photos import scene
from tests.files.settling import settled

LOOK = "0123456789abcdeffedcba98765432100a141e28323c46505a646e78"


def like(look: str, *bits: int, shade: int = 0) -> str:
    """The same with some bits of 128 changed, and another shade."""
    steps = int(look[:32], 16)
    for bit in bits:
        steps ^= 1 << bit
    colours = bytes(each + shade for each in bytes.fromhex(look[32:]))
    return f"{steps:032x}{colours.hex()}"


@pytest.fixture
def picture(work):
    """A picture that looks so."""

    def picture(name: str, look: str, width: int = 100, inside: str = files.ROOT) -> files.File:
        details = files.Details(metadata={"width": width, "height": width})
        made = files.create_file(work, inside, name, samples.content(name.encode()), "image/jpeg", details)
        note_likeness(work, made.sha256, look)
        return made

    return picture


def names(work, **options) -> list[list[str]]:
    found = files.duplicates(work, **options).groups
    return sorted([file.name for file in group.files] for group in found)


def test_copies_are_found_with_the_one_to_keep_first(work, given):
    one = given.file("b.jpg", b"one")
    given.file("a.jpg", b"one")
    given.file("c.txt", b"text")
    given.file("d.txt", b"text")
    files.change(work, one.id, files.Change(cozy_metadata={"favorite": True}))
    (group,) = files.duplicates(work).groups
    assert [file.name for file in group.files] == ["b.jpg", "a.jpg"]
    assert (group.is_exact, group.superfluous) == (True, 3)


@pytest.mark.parametrize(
    ("other", "is_found"),
    [
        (like(LOOK, 127, 110, 90, 70, 3, 9, 20), True),  # a bit of each of the four parts
        (like(LOOK, 127, 126, 112, 100), True),
        (like(LOOK, *range(64, 128, 6)), False),
        (like(LOOK, shade=15), True),
        (like(LOOK, shade=30), False),
    ],
)
def test_what_differs_little_looks_alike(work, picture, other, is_found):
    picture("a.jpg", LOOK, width=50)
    picture("b.jpg", other, width=90)
    assert names(work) == ([["b.jpg", "a.jpg"]] if is_found else [])
    assert names(work, only_exact=True) == []


def test_groups_go_through_others_and_leave_out_the_bin(work, picture):
    first = picture("a.jpg", LOOK)
    picture("b.jpg", like(LOOK, *range(8)))
    picture("c.jpg", like(LOOK, *range(16)))
    assert names(work) == [["a.jpg", "b.jpg", "c.jpg"]]
    files.trash(work, first.id)
    assert names(work) == [["b.jpg", "c.jpg"]]
    files.destroy(work, first.id)
    assert names(work) == [["b.jpg", "c.jpg"]]
    assert (
        work.db.all(
            "SELECT 1 FROM likeness_parts WHERE home_id = :home AND sha256 = :sha",
            home=work.home,
            sha=first.sha256,
        )
        == []
    )


def test_what_the_owner_told_apart_is_no_group_but_a_newcomer_is(work, picture):
    one, other = picture("a.jpg", LOOK), picture("b.jpg", like(LOOK, 3))
    told = files.tell_apart(work, [one.id, other.id, one.id])
    assert names(work) == []
    third = picture("c.jpg", like(LOOK, 5))
    assert names(work) == [["a.jpg", "b.jpg", "c.jpg"]]
    files.tell_apart(work, [one.id, third.id])
    assert names(work) == [["b.jpg", "c.jpg"]]
    files.liken(work, told)
    files.liken(work, told)
    assert names(work) == [["a.jpg", "b.jpg", "c.jpg"]]
    with pytest.raises(NoFile):
        files.tell_apart(work, ["nothing"])


def test_plain_pictures_look_like_nothing(work, picture):
    picture("a.jpg", "")
    picture("b.jpg", "")
    assert names(work) == []


def test_a_long_list_comes_in_pages(work, picture):
    chance = random.Random(7)
    looks = [f"{chance.getrandbits(128):032x}{LOOK[32:]}" for _ in range(5)]
    for n, look in enumerate(looks):
        picture(f"{n}a.jpg", look)
        picture(f"{n}b.jpg", look)
    page = files.duplicates(work, limit=3)
    rest = files.duplicates(work, skip=3, limit=3)
    assert (len(page.groups), page.is_more, len(rest.groups), rest.is_more) == (3, True, 2, False)


def test_only_who_may_read_everything_is_told(work):
    work.caller = Caller("app", (), "notes")
    with pytest.raises(NotAllowed):
        files.duplicates(work)


async def test_the_same_scene_smaller_is_found_after_its_upload(client, house, home):
    for name, data in (
        ("large.jpg", scene(1, 900, 600)),
        ("small.jpg", scene(1, 300, 200, quality=60)),
        ("other.jpg", scene(2)),
    ):
        await client.upload(name, data)
    await settled(house, home)
    from tests.conftest import OWNER

    (group,) = (await house.read(home, OWNER, files.duplicates)).groups
    assert [file.name for file in group.files] == ["large.jpg", "small.jpg"]
    assert not group.is_exact
