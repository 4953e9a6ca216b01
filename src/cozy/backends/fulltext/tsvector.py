"""PostgreSQL's tsvector: all homes share one index, in which every word begins with the mark of its home.

So the words of other homes cost a home nothing, and no extension is needed. Marks of two homes may be the same, which is
harmless: rows are asked for by the home as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from zlib import crc32

from cozy.kernel.db import Db
from cozy.kernel.search import PARTS, Part, Said, Term, Wanted

from .narrowing import latest, narrowing

_LETTERS: dict[Part, str] = {"title": "A", "people": "B", "words": "C", "text": "D"}
_WEIGHTS = "{0.1, 0.35, 0.5, 1.0}"  # of D, C, B, A
_PLACES = 4  # of one word in one part: how often it stands there hardly tells more than that it does
_LAST_PLACE = 16_383  # that a tsvector can tell
_ROOM = 700_000  # characters of words in a vector, which holds 1 MB with their places
_RANKED = 4_000  # the newest of what matches: ranking reads the words of each


class Tsvector:
    """Implements `kernel.search.TextIndex`."""

    engine: Literal["postgres"] = "postgres"

    def put(self, db: Db, home: str, number: int, said: Said) -> None:
        """Let an entry be found by these words."""
        db.run(
            """UPDATE search_entries SET vector = CAST(:vector AS tsvector)
                WHERE home_id = :home AND number = :number""",
            home=home, number=number, vector=_vector(_mark(home), said),
        )  # fmt: skip

    def drop(self, db: Db, home: str, number: int) -> None:
        """Nothing: what finds an entry is in its row."""

    def clear(self, db: Db, home: str) -> None:
        """Nothing: what finds entries is in their rows."""

    def holds(self, db: Db, home: str, term: Term) -> bool:
        """Whether any entry has it."""
        found = db.one(
            "SELECT 1 FROM search_entries WHERE home_id = :home AND vector @@ CAST(:term AS tsquery) LIMIT 1",
            home=home, term=_spelled(_mark(home), term),
        )  # fmt: skip
        return found is not None

    def find(self, db: Db, home: str, wanted: Wanted, limit: int) -> list[int]:
        """The numbers of the entries, the best first."""
        if not wanted.terms:
            return latest(db, home, wanted, limit)
        narrow, asked = narrowing(wanted)
        rows = db.all(
            f"""SELECT number FROM
                  (SELECT number, at, vector FROM search_entries
                    WHERE home_id = :home AND vector @@ CAST(:query AS tsquery){narrow}
                    ORDER BY at DESC LIMIT {_RANKED}) AS matching
                 ORDER BY ts_rank(CAST(:weights AS real[]), vector, CAST(:query AS tsquery), 1) DESC, at DESC, number
                 LIMIT :limit""",
            home=home, query=_query(_mark(home), wanted), weights=_WEIGHTS, limit=limit, **asked,
        )  # fmt: skip
        return [row[0] for row in rows]


def _mark(home: str) -> str:
    return f"{crc32(home.encode()):08x}"


def _vector(mark: str, said: Said) -> str:
    """`'0badcafe/cat':1A,7D '0badcafe/dog':2A`."""
    places: dict[str, dict[Part, list[int]]] = {}
    place = room = 0
    for part in PARTS:
        for word in getattr(said, part):
            place = min(place + 1, _LAST_PLACE)
            if word not in places:
                room += len(mark) + len(word) + 1
                if room > _ROOM:
                    continue
            here = places.setdefault(word, {}).setdefault(part, [])
            if len(here) < _PLACES:
                here.append(place)
    return " ".join(f"'{mark}/{word}':{_told(found)}" for word, found in places.items())


def _told(found: dict[Part, list[int]]) -> str:
    return ",".join(f"{place}{_LETTERS[part]}" for part, places in found.items() for place in places)


def _query(mark: str, wanted: Wanted) -> str:
    query = f"({_joined(mark, wanted.terms, ' | ' if wanted.is_any else ' & ')})"
    return f"{query} & !({_joined(mark, wanted.without, ' | ')})" if wanted.without else query


def _joined(mark: str, terms: Sequence[Term], by: str) -> str:
    return by.join(_spelled(mark, term) for term in terms)


def _spelled(mark: str, term: Term) -> str:
    """In the grammar of tsquery: `('0badcafe/cat':A | '0badcafe/do':*A)`."""
    letter = _LETTERS[term.part] if term.part else ""
    words = [f"'{mark}/{word}'{f':{letter}' if letter else ''}" for word in term.words]
    words += [f"'{mark}/{beginning}':*{letter}" for beginning in term.beginnings]
    return f"({' | '.join(words)})"
