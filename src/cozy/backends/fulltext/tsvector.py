"""PostgreSQL's tsvector: all homes share one index, in which every word begins with the mark of its home.

So the words of other homes cost a home nothing, and no extension is needed. Marks of two homes may be the same, which is
harmless: rows are asked for by the home as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import log
from typing import Any, Literal
from zlib import crc32

from cozy.kernel.db import Db
from cozy.kernel.search import PARTS, Part, Said, Term, Wanted

from .narrowing import BESIDE_KIND, latest, narrowing

_LETTERS: dict[Part, str] = {"title": "A", "people": "B", "words": "C", "text": "D"}
_WEIGHTS = "{0.1, 0.35, 0.5, 1.0}"  # of D, C, B, A
_PLACES = 4  # of one word in one part: how often it stands there hardly tells more than that it does
_LAST_PLACE = 16_383  # that a tsvector can tell
_ROOM = 700_000  # characters of words in a vector, which holds 1 MB with their places
_RANKED = 1_000  # the newest of what matches: ranking reads the words of each
_COUNTED = 2_000  # of the entries that have a word; one that more have tells little


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
        with _by_words(db):
            found = db.one(
                "SELECT 1 FROM search_entries WHERE home_id = :home AND vector @@ CAST(:term AS tsquery) LIMIT 1",
                home=home, term=_spelled(_mark(home), term),
            )  # fmt: skip
        return found is not None

    def find(self, db: Db, home: str, wanted: Wanted, limit: int) -> list[int]:
        """The numbers of the entries, the best first."""
        if not wanted.terms:
            return latest(db, home, wanted, limit)
        entries = _entries(db, home)
        with _by_words(db):
            return _ranked(db, home, wanted, limit, entries)


@contextmanager
def _by_words(db: Db) -> Iterator[None]:
    """What is asked here is found by the index of words.

    PostgreSQL holds a look into a vector for as cheap as one at a number. It would rather open all vectors of a home, from the newest
    on, until enough of them have a word: a second among 100,000, where the index takes a few milliseconds.
    """
    db.run("SET LOCAL enable_indexscan = off")
    db.run("SET LOCAL enable_seqscan = off")
    yield
    db.run("SET LOCAL enable_indexscan = on")
    db.run("SET LOCAL enable_seqscan = on")


def _entries(db: Db, home: str) -> int:
    """About how many there are."""
    last = db.one("SELECT MAX(number) FROM search_entries WHERE home_id = :home", home=home)
    return int(last[0] or 0) if last else 0


def _ranked(db: Db, home: str, wanted: Wanted, limit: int, entries: int) -> list[int]:
    """The best of the newest. These are sorted as numbers: their vectors would be copied, and most of them for nothing."""
    mark = _mark(home)
    narrow, asked = narrowing(wanted, BESIDE_KIND)
    rank, weighed = _rank(mark, wanted.terms, _rareness(db, home, mark, wanted.terms, entries))
    said = (
        "vector || CAST('' AS tsvector)" if len(wanted.terms) > 1 else "vector"
    )  # unpacked once for all terms
    rows = db.all(
        f"""SELECT number FROM
              (SELECT number, at, {said} AS said FROM search_entries
                WHERE home_id = :home AND number = ANY(ARRAY(
                  SELECT number FROM search_entries
                   WHERE home_id = :home AND vector @@ CAST(:query AS tsquery){narrow}
                   ORDER BY at DESC, number DESC LIMIT {_RANKED}))
               OFFSET 0) AS matching
             ORDER BY {rank} DESC, at DESC, number DESC LIMIT :limit""",
        home=home, query=_query(mark, wanted), limit=limit, **asked, **weighed,
    )  # fmt: skip
    return [row[0] for row in rows]


def _rareness(db: Db, home: str, mark: str, terms: Sequence[Term], entries: int) -> list[float]:
    """How much each term tells: the more, the fewer entries have it. What a frequent one tells is not counted to the end."""
    if len(terms) == 1:
        return [1.0]
    return [log(1 + entries / (0.5 + _count(db, home, _spelled(mark, term)))) for term in terms]


def _count(db: Db, home: str, query: str) -> int:
    row = db.one(
        f"""SELECT COUNT(*) FROM (SELECT 1 FROM search_entries
             WHERE home_id = :home AND vector @@ CAST(:query AS tsquery) LIMIT {_COUNTED}) AS counted""",
        home=home, query=query,
    )  # fmt: skip
    return int(row[0]) if row else 0


def _rank(mark: str, terms: Sequence[Term], rareness: Sequence[float]) -> tuple[str, dict[str, Any]]:
    """What entries are sorted by, in SQL: for each term where and how often it stands, times what it tells.

    PostgreSQL divides the rank of a term by its number of forms, which is undone.
    """
    rank = " + ".join(
        f":rare_{n} * ts_rank(CAST(:weights AS real[]), said, CAST(:term_{n} AS tsquery), 1)"
        for n in range(len(terms))
    )
    weighed: dict[str, Any] = {"weights": _WEIGHTS}
    for n, (term, rare) in enumerate(zip(terms, rareness, strict=True)):
        weighed[f"term_{n}"] = _spelled(mark, term)
        weighed[f"rare_{n}"] = rare * (len(term.words) + len(term.beginnings))
    return rank, weighed


def _mark(home: str) -> str:
    return f"{crc32(home.encode()):08x}"


def _vector(mark: str, said: Said) -> str:
    """`'0badcafe/cat':1A,7D '0badcafe/dog':2A '0badcafe:photo'`."""
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
    words = [f"'{mark}/{word}':{_told(found)}" for word, found in places.items()]
    return " ".join([*words, _kind(mark, said.kind)])


def _kind(mark: str, kind: str) -> str:
    """The kind of an entry as a word that no other is like."""
    return f"'{mark}:{kind}'"


def _told(found: dict[Part, list[int]]) -> str:
    return ",".join(f"{place}{_LETTERS[part]}" for part, places in found.items() for place in places)


def _query(mark: str, wanted: Wanted) -> str:
    query = f"({_joined(mark, wanted.terms, ' | ' if wanted.is_any else ' & ')})"
    if wanted.kinds:
        query += f" & ({' | '.join(_kind(mark, kind) for kind in wanted.kinds)})"
    return f"{query} & !({_joined(mark, wanted.without, ' | ')})" if wanted.without else query


def _joined(mark: str, terms: Sequence[Term], by: str) -> str:
    return by.join(_spelled(mark, term) for term in terms)


def _spelled(mark: str, term: Term) -> str:
    """In the grammar of tsquery: `('0badcafe/cat':A | '0badcafe/do':*A)`."""
    letter = _LETTERS[term.part] if term.part else ""
    words = [f"'{mark}/{word}'{f':{letter}' if letter else ''}" for word in term.words]
    words += [f"'{mark}/{beginning}':*{letter}" for beginning in term.beginnings]
    return f"({' | '.join(words)})"
