"""Which JSON sidecar of Google Photos is about which picture, in all the ways in which Takeout has named them.

A sidecar is named after its picture, but: its name is cut to 46 units of UTF-16 before `.json`, a picture's to 47 before its
ending; since 2024 `.supplemental-metadata` stands before `.json`, cut wherever the 46 units end; the number of a second
`IMG_1(1).jpg` stands behind the ending (`IMG_1.jpg(1).json`); what was edited (`IMG_1-edited.jpg`, in the owner's language)
and the film of a live photo (`IMG_1.MP4`) have none of their own; and a picture that came without an ending got one, its sidecar not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

CUT = 46  # units of UTF-16 that are left of a sidecar's name
_CUT_PICTURE = 47  # and of a picture's, without its ending
_SUPPLEMENT = ".supplemental-metadata"
_NUMBER = re.compile(r"\((\d+)\)(?=\.[^.()]*$|$)")
_EDITED = (
    "-edited", "-effects", "-smile", "-mix", "-edytowane", "-bearbeitet", "-bewerkt", "-編集済み", "-modificato",
    "-modifié", "-ha editado", "-editado", "-editada", "-editat", "-redigerad", "-redigeret", "-redigert", "-muokattu",
    "-upraveno", "-upravené", "-szerkesztve", "-düzenlendi", "-изменено", "-відредаговано", "-已修改", "-已編輯", "-수정됨",
    "-collage", "-animation", "-pano",
)  # fmt: skip
_SHORTEST_EDITED = 3  # characters left of a suffix that was cut, so that it still tells
_MOVES = (".mp4", ".mov", ".m4v", ".mp", ".mv", ".3gp")  # `IMG_1.MP` moves `IMG_1.MP.jpg`
_Key = tuple[str, str]  # a name without its number, and the number


def pair(pictures: Collection[str], sidecars: Iterable[str]) -> dict[str, str]:
    """The sidecar of each picture of one folder that has one; one sidecar may be about several (edited, live).

    The names are those of the folder as they are; what is written in another Unicode form pairs all the same.
    """
    known = _Sidecars(sidecars)
    found = {picture: sidecar for picture in pictures if (sidecar := known.own(picture))}
    for picture in pictures:
        if picture not in found and (sidecar := known.shared(picture)):
            found[picture] = sidecar
    return found


def is_edited(name: str) -> bool:
    """Whether a picture is what Google made of another one."""
    return _unedited(_normal(name)) != _normal(name)


class _Sidecars:
    """The sidecars of a folder, by what their names say."""

    def __init__(self, names: Iterable[str]) -> None:
        self.exact: dict[str, str] = {}
        self.named: dict[_Key, str] = {}
        self.stems: dict[_Key, str] = {}
        for name in sorted(names):
            about, number = _about(_normal(name))
            self.exact.setdefault(_normal(name).removesuffix(".json"), name)
            self.named.setdefault((about.lower(), number), name)
            self.stems.setdefault((_stem(about).lower(), number), name)

    def own(self, picture: str) -> str | None:
        """The sidecar that is named after a picture itself."""
        name = _normal(picture)
        bare, number = _unnumbered(name)
        stem = _stem(bare)
        return (
            self.exact.get(name)
            or self.named.get((bare.lower(), number))
            or self.named.get((name.lower(), ""))
            or self.named.get((_cut(bare).lower(), number))
            or self.named.get((_cut(stem).lower(), number))
            or self.named.get((stem.lower(), number))
        )

    def shared(self, picture: str) -> str | None:
        """The sidecar of the picture that this one was made of, or that it moves."""
        name = _normal(picture)
        bare, number = _unnumbered(name)
        original = _unedited(bare)
        candidates: list[str | None] = []
        if bare.lower().endswith(_MOVES):
            candidates += [
                self.stems.get((_stem(bare).lower(), number)),
                self.stems.get((bare.lower(), number)),
            ]
        if original != bare:
            candidates += [
                self.named.get((original.lower(), number)),
                self.named.get((_cut(original).lower(), number)),
                self.stems.get((_stem(original).lower(), number)),
            ]
        if number and _units(bare) > CUT:
            candidates.append(
                self.named.get((_cut(bare).lower(), ""))
            )  # a second picture of a name that was cut
        return next((one for one in candidates if one), None)


def _about(sidecar: str) -> _Key:
    """The name, maybe cut, of the picture that a sidecar is about, and its number."""
    name = sidecar[: -len(".json")] if sidecar.lower().endswith(".json") else sidecar
    name, number = _unnumbered(name)
    head, dot, tail = name.rpartition(".")
    if dot and head and _SUPPLEMENT.startswith(f".{tail}"):
        name = head
    return name, number


def _unnumbered(name: str) -> _Key:
    found = next(reversed(list(_NUMBER.finditer(name))), None)
    if found is None:
        return name, ""
    return name[: found.start()] + name[found.end() :], found[1]


def _unedited(name: str) -> str:
    """The name of the picture that one was made of; the suffix may have been cut."""
    stem, ending = _stem(name), name[len(_stem(name)) :]
    lower = stem.lower()
    for suffix in _EDITED:
        if lower.endswith(suffix):
            return stem[: -len(suffix)] + ending
    if _units(stem) >= _CUT_PICTURE:
        for suffix in _EDITED:
            for length in range(len(suffix) - 1, _SHORTEST_EDITED - 1, -1):
                if lower.endswith(suffix[:length]):
                    return stem[:-length] + ending
    return name


def _stem(name: str) -> str:
    head, dot, _ = name.rpartition(".")
    return head if dot and head else name


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str) -> str:
    return text.encode("utf-16-le")[: CUT * 2].decode("utf-16-le", "ignore")
