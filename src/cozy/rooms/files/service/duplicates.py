"""Pictures and films that are there twice, or that look alike in another size or quality.

Who looks like whom is found out when a picture is first drawn, by parts of its likeness (model.py): a list of duplicates only
reads it, however many pictures there are. What the owner told apart is a document each time, `io.cozy.files.different`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from .. import access
from ..model import File, look_alike, parts_of
from ..store import likenesses

DIFFERENT = "io.cozy.files.different"
_TOLD = 200  # files that are told apart at once
_CANDIDATES = 500  # looked at for each part
_TWINS = 12  # noted of a new picture: who looks alike is connected by some
_SHARED = 100_000
_BITS = [0, *(1 << bit for bit in range(16))]  # a part as it is, and with one bit changed
_AT_ONCE = 50  # groups whose files are read together
_CLASSES = {"image", "video"}


class Alike(Struct, frozen=True):
    """Files that show one thing. files: the one to keep first; is_exact: they are the same to the byte."""

    files: Sequence[File]
    is_exact: bool

    @property
    def superfluous(self) -> int:
        """Bytes of all but the first."""
        return sum(file.size for file in self.files[1:])


class Duplicates(Struct, frozen=True):
    """Some groups. is_more: there are others behind them."""

    groups: Sequence[Alike]
    is_more: bool


def note_likeness(work: Work, sha256: str, likeness: str) -> None:
    """Note what a content looks like, and which others look like it. "": nothing that could be compared."""
    if not likenesses.insert(work, sha256, likeness) or not likeness:
        return
    found: dict[str, str] = {}
    for part, value in enumerate(parts_of(likeness)):
        found |= likenesses.sharing(work, part, [value ^ bit for bit in _BITS], _CANDIDATES)
    twins = [other for other, its in found.items() if other != sha256 and look_alike(likeness, its)]
    for other in sorted(twins)[:_TWINS]:
        likenesses.pair(work, sha256, other)


def duplicates(work: Work, *, skip: int = 0, limit: int = 50, only_exact: bool = False) -> Duplicates:
    """Pictures and films outside the bin that are there more than once, in groups. Raises NotAllowed."""
    access.every(work, "GET")
    found = list(islice(_groups(work, only_exact=only_exact), skip, skip + limit + 1))
    return Duplicates(found[:limit], len(found) > limit)


def tell_apart(work: Work, ids: Sequence[str]) -> str:
    """Note that these files show different things, or are all to stay: they are no duplicates of each other from now on.

    Returns the id by which `liken` takes it back. Raises NoFile, NotAllowed.
    """
    access.every(work, "PATCH")
    told = [access.file(work, id_, "PATCH").id for id_ in dict.fromkeys(ids)][:_TOLD]
    return documents.create(work, DIFFERENT, {"files": told, "created_at": iso(work.now)}).id


def liken(work: Work, id_: str) -> None:
    """Take back that some files were told apart; the second time nothing happens. Raises NotAllowed."""
    access.every(work, "PATCH")
    found = documents.fetch_many(work, DIFFERENT, [id_]).get(id_)
    if found is not None:
        documents.delete(work, found)


def _told_apart(work: Work) -> dict[str, set[str]]:
    """By file: those that it is no duplicate of, whatever it looks like."""
    apart: dict[str, set[str]] = {}
    for ids in likenesses.told_apart(work, DIFFERENT):
        for id_ in ids:
            apart.setdefault(id_, set()).update(ids)
    return apart


def _unsettled(files: Sequence[File], apart: Mapping[str, set[str]]) -> list[File]:
    """Those of them that were not told apart from all the others."""
    ids = {file.id for file in files}
    return [file for file in files if ids - {file.id} - apart.get(file.id, set())]


def _groups(work: Work, *, only_exact: bool) -> Iterator[Alike]:
    apart = _told_apart(work)
    contents = _connected(
        [] if only_exact else likenesses.pairs(work), likenesses.shared_contents(work, _SHARED)
    )
    for start in range(0, len(contents), _AT_ONCE):
        some = contents[start : start + _AT_ONCE]
        group_of = {sha256: n for n, group in enumerate(some) for sha256 in group}
        members: list[list[File]] = [[] for _ in some]
        for file in likenesses.files_of(work, list(group_of)):
            if file.body["class"] in _CLASSES and not file.is_trashed:
                members[group_of[file.sha256]].append(file)
        for files in (_unsettled(some, apart) for some in members):
            if len(files) > 1:
                yield Alike(sorted(files, key=_worth), len({file.sha256 for file in files}) == 1)


def _connected(pairs: Sequence[tuple[str, str]], alone: Sequence[str]) -> list[list[str]]:
    """Groups of contents: each holds those that pairs lead to from one another."""
    leader: dict[str, str] = {}

    def lead(content: str) -> str:
        while (above := leader.setdefault(content, content)) != content:
            leader[content] = leader.setdefault(above, above)
            content = above
        return content

    for one, other in pairs:
        leader[lead(other)] = lead(one)
    for content in alone:
        lead(content)
    groups: dict[str, list[str]] = {}
    for content in leader:
        groups.setdefault(lead(content), []).append(content)
    return list(groups.values())


def _worth(file: File) -> tuple[bool, int, int, int, str, str]:
    """What sorts the file to keep first: a favourite, in albums, with the most pixels, the most bytes, the oldest."""
    known = file.body.get("metadata", {})
    sides = [known.get(side) for side in ("width", "height")]
    pixels = sides[0] * sides[1] if all(isinstance(side, int) for side in sides) else 0
    is_favourite = bool(file.body.get("cozyMetadata", {}).get("favorite"))
    albums = len(file.body.get("referenced_by") or ())
    return not is_favourite, -albums, -pixels, -file.size, str(file.body["created_at"]), file.id
