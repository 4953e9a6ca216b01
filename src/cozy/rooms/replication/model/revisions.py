"""Revisions of what is shared: which is later, and the tree of those that this home has seen.

Of two revisions the later one is what everybody ends with: the one with more edits behind it, then the one whose digest is
higher. Every home decides so, in whatever order it hears of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cozy.rooms.documents.model import generation

DEPTH = 100  # revisions of a branch that are kept, as in cozy-stack
_MOST = 3 * DEPTH  # of all branches


def rank(rev: str) -> tuple[int, str]:
    """What revisions are ordered by; "" is before all others."""
    return (generation(rev), rev.partition("-")[2]) if rev else (0, "")


def is_later(rev: str, other: str) -> bool:
    """Whether of two revisions this one is what everybody ends with."""
    return rank(rev) > rank(other)


def following(rev: str, *why: str) -> str:
    """The revision after this one that any home makes by itself, and every home the same for the same reason."""
    digest = hashlib.md5("\n".join((rev, *why)).encode(), usedforsecurity=False).hexdigest()
    return f"{generation(rev) + 1}-{digest}"


def gone(rev: str) -> str:
    """The revision of what went with the folder that it was in, unchanged: any other that follows on `rev` is later."""
    digest = hashlib.md5(f"{rev}\ngone".encode(), usedforsecurity=False).hexdigest()
    return f"{generation(rev) + 1}-{'0' * 16}{digest[:16]}"


def chain_of(start: int, digests: Sequence[str]) -> list[str]:
    """The revisions, oldest first, of what is spelled `{"start": 4, "ids": ["dd", "cc"]}`: `["3-cc", "4-dd"]`."""
    return [f"{start - back}-{digest}" for back, digest in reversed(list(enumerate(digests)))]


def spelled(chain: Sequence[str]) -> dict[str, Any]:
    """The same the other way round."""
    ids = [rev.partition("-")[2] for rev in reversed(chain)]
    return {"start": generation(chain[-1]) if chain else 0, "ids": ids}


class Tree:
    """Revisions, and of which each was made: as much of it as was seen."""

    def __init__(self, parents: Mapping[str, str] | None = None) -> None:
        self._parents = dict(parents or {})  # "" for the first ones

    def __contains__(self, rev: str) -> bool:
        return rev in self._parents

    def __len__(self) -> int:
        return len(self._parents)

    def chain(self, rev: str) -> list[str]:
        """From the oldest that is known to this one."""
        found: list[str] = []
        while rev and rev in self._parents and len(found) < _MOST:
            found.append(rev)
            rev = self._parents[rev]
        return found[::-1]

    def leaves(self) -> list[str]:
        """The ends of the branches, the earliest first."""
        return sorted(set(self._parents) - set(self._parents.values()), key=rank)

    def insert(self, chain: Sequence[str]) -> None:
        """Take in revisions, oldest first, each made of the one before."""
        before = ""
        for rev in chain:
            if rev not in self._parents:
                self._parents[rev] = before or self._below(rev)
            before = rev
        self._prune()

    def _below(self, rev: str) -> str:
        """Where a branch is put whose beginning nobody told: on what was known of the document before."""
        earlier = [known for known in self._parents if generation(known) < generation(rev)]
        return max(earlier, key=rank, default="")

    def _prune(self) -> None:
        if len(self._parents) <= DEPTH:
            return
        kept = {rev for leaf in self.leaves() for rev in self.chain(leaf)[-DEPTH:]}
        kept = set(sorted(kept, key=rank)[-_MOST:])
        self._parents = {
            rev: parent if parent in kept else "" for rev, parent in self._parents.items() if rev in kept
        }

    def nested(self) -> dict[str, Any]:
        """As `io.cozy.shared` holds it: `{"rev": "1-aa", "branches": [{"rev": "2-bb"}]}`."""
        below: dict[str, list[str]] = {}
        for rev, parent in self._parents.items():
            below.setdefault(parent, []).append(rev)
        first, *others = sorted(below.pop("", []), key=rank) or [""]
        below.setdefault(first, []).extend(others)
        return _node(first, below)


def _node(rev: str, below: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    branches = [_node(child, below) for child in sorted(below.get(rev, ()), key=rank, reverse=True)]
    return {"rev": rev, "branches": branches} if branches else {"rev": rev}


def read(nested: Any) -> Tree:
    """The tree that a document holds; what is no tree holds nothing."""
    parents: dict[str, str] = {}
    waiting: list[tuple[Any, str]] = [(nested, "")]
    while waiting:
        node, parent = waiting.pop()
        if isinstance(node, Mapping) and isinstance(node.get("rev"), str) and node["rev"]:
            parents[node["rev"]] = parent
            waiting += [(child, node["rev"]) for child in node.get("branches") or ()]
    return Tree(parents)
