"""Documents as they travel between homes (cozy-stack docs/sharing-design.md).

Who sends changes the ids: what arrives has those of the home where it arrives. A file that lies directly in what is shared has no
`dir_id`; nor has one that is shared for what it is part of. A removal is a document with `_deleted`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from cozy.rooms.documents.model import DIGEST, REV
from cozy.rooms.sharing.model import REFERRED, Rule
from cozy.rooms.sharing.model.ids import xored, xored_reference

from ..errors import BadCopy
from .revisions import chain_of, generation, spelled

_AT_HOME = frozenset({"path", "not_synchronized_on", "restore_path", "internal_vfs_id"})
_PERSONAL = frozenset({"favorite"})
_LONGEST_ID = 300


class Arrival(Struct, frozen=True):
    """A document of another home. chain: its revisions, oldest first, `rev` at the end; members: the rest of it."""

    id: str
    rev: str
    chain: tuple[str, ...]
    is_removed: bool
    members: Mapping[str, Any]

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, where it is of files at all."""
        return self.members.get("type") == "directory"

    def text(self, name: str) -> str:
        """What a member holds; "" where that is no text."""
        value = self.members.get(name)
        return value if isinstance(value, str) else ""


def arrival(document: Any) -> Arrival:
    """What another home sent. Raises BadCopy."""
    if not isinstance(document, Mapping):
        raise BadCopy
    id_, rev = document.get("_id"), document.get("_rev")
    if not isinstance(id_, str) or not 0 < len(id_) <= _LONGEST_ID or "\0" in id_:
        raise BadCopy
    if not isinstance(rev, str) or not REV.fullmatch(rev):
        raise BadCopy
    members = {name: value for name, value in document.items() if not name.startswith("_")}
    return Arrival(id_, rev, _chain(rev, document.get("_revisions")), bool(document.get("_deleted")), members)


def _chain(rev: str, said: Any) -> tuple[str, ...]:
    digests = said.get("ids") if isinstance(said, Mapping) else None
    if not isinstance(digests, list) or not digests or said.get("start") != generation(rev):
        return (rev,)
    digests = digests[: generation(rev)]
    is_plain = all(isinstance(each, str) and DIGEST.fullmatch(each) for each in digests)
    if not is_plain or digests[0] != rev.partition("-")[2]:
        raise BadCopy
    return tuple(chain_of(generation(rev), digests))


def removal(id_: str, key: bytes, chain: Sequence[str]) -> dict[str, Any]:
    """That a document is no longer in a sharing."""
    return {"_id": xored(id_, key), "_rev": chain[-1], "_revisions": spelled(chain), "_deleted": True}


def plain(
    id_: str, key: bytes, rev: str, digests: Sequence[str], body: Mapping[str, Any], *, deleted: bool = False
) -> dict[str, Any]:
    """A revision of a document that is no file. digests: of it and its ancestors, the newest first."""
    made = {"start": generation(rev), "ids": list(digests)}
    told = {"_id": xored(id_, key), "_rev": rev, "_revisions": made}
    return {**told, "_deleted": True} if deleted else {**body, **told}


def file(
    id_: str, body: Mapping[str, Any], rule: Rule, key: bytes, chain: Sequence[str], *, with_ancestry: bool = True
) -> dict[str, Any]:  # fmt: skip
    """A file or folder."""
    told = {name: value for name, value in body.items() if name not in {*_AT_HOME, REFERRED, "dir_id"}}
    if isinstance(own := body.get("cozyMetadata"), Mapping):
        told["cozyMetadata"] = {name: value for name, value in own.items() if name not in _PERSONAL}
    dir_id = str(body.get("dir_id", ""))
    if rule.selector == REFERRED:
        told[REFERRED] = [
            {**link, "id": xored(str(link["id"]), key)}
            for link in body.get(REFERRED, ())
            if f"{link['type']}/{link['id']}" in rule.values
        ]
    elif dir_id and id_ not in rule.values and dir_id not in rule.values:
        told["dir_id"] = xored(dir_id, key)
    ancestry = {"_revisions": spelled(chain)} if with_ancestry else {}
    return {**told, "_id": xored(id_, key), "_rev": chain[-1], **ancestry}


def conflict_id(id_: str, rev: str) -> str:
    """The id of the copy that is made of a file's losing revision: the same in every home, each in its own ids."""
    return xored(
        id_, bytes(int(char, 16) if char in "0123456789abcdefABCDEF" else 0 for char in rev.partition("-")[2])
    )


__all__ = ["Arrival", "arrival", "conflict_id", "file", "plain", "removal", "xored", "xored_reference"]
