"""SQLite's FTS5: one index in each home's file, whose rows have the numbers of the entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from cozy.kernel.db import Db
from cozy.kernel.search import PARTS, Said, Term, Wanted

from .narrowing import latest, narrowing

_COLUMNS = ", ".join((*PARTS, "kind"))
_VALUES = ", ".join(f":{part}" for part in (*PARTS, "kind"))
_KIND = "\u00a4"  # before a kind in the index: no word has it, so that none is taken for a kind
_RANKED = 10_000  # the last ones of what matches: ranking reads where the words of each stand
_WEIGHTS = "10.0, 6.0, 4.0, 1.0, 0.0"  # of the parts: a word in a title tells more than one in a text; of the kind: nothing


class Fts5:
    """Implements `kernel.search.TextIndex`. The file is the home's own, so that `home` has nothing to tell apart."""

    engine: Literal["sqlite"] = "sqlite"

    def put(self, db: Db, home: str, number: int, said: Said) -> None:
        """Let an entry be found by these words."""
        db.run(
            f"INSERT OR REPLACE INTO search_index (rowid, {_COLUMNS}) VALUES (:number, {_VALUES})",
            number=number, kind=f"{_KIND}{said.kind}", **{part: " ".join(getattr(said, part)) for part in PARTS},
        )  # fmt: skip

    def drop(self, db: Db, home: str, number: int) -> None:
        """Let an entry be found no more."""
        db.run("DELETE FROM search_index WHERE rowid = :number", number=number)

    def clear(self, db: Db, home: str) -> None:
        """Forget every entry."""
        db.run("INSERT INTO search_index (search_index) VALUES ('delete-all')")

    def holds(self, db: Db, home: str, term: Term) -> bool:
        """Whether any entry has it."""
        found = db.one(
            "SELECT 1 FROM search_index WHERE search_index MATCH :term LIMIT 1", term=_spelled(term)
        )
        return found is not None

    def find(self, db: Db, home: str, wanted: Wanted, limit: int) -> list[int]:
        """The numbers of the entries, the best first."""
        if not wanted.terms:
            return latest(db, home, wanted, limit)
        narrow, asked = _narrowing(wanted)
        rows = db.all(
            f"""SELECT number FROM
                  (SELECT search_index.rowid AS number, bm25(search_index, {_WEIGHTS}) AS score
                     FROM search_index WHERE search_index MATCH :query{narrow}
                    ORDER BY search_index.rowid DESC LIMIT {_RANKED})
                 ORDER BY score, number DESC LIMIT :limit""",
            home=home, query=_query(wanted), limit=limit, **asked,
        )  # fmt: skip
        return [row[0] for row in rows]


def _narrowing(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """What is asked beside words: each a list of numbers, which an index of the table has without its rows.

    The plus keeps SQLite from looking each of them up in the full text, or from beginning with the table.
    """
    asked = [narrowing(wanted, only) for only in ({"extensions"}, {"places"}, {"since", "until"})]
    lists = [
        f" AND +search_index.rowid IN (SELECT number FROM search_entries WHERE home_id = :home{narrow})"
        for narrow, _ in asked
        if narrow
    ]
    return "".join(lists), {name: value for _, values in asked for name, value in values.items()}


def _query(wanted: Wanted) -> str:
    query = f"({_joined(wanted.terms, ' OR ' if wanted.is_any else ' AND ')})"
    if wanted.kinds:
        kinds = " OR ".join(f'"{_KIND}{kind}"' for kind in wanted.kinds)
        query = f"({query} AND kind : ({kinds}))"
    return f"{query} NOT ({_joined(wanted.without, ' OR ')})" if wanted.without else query


def _joined(terms: Sequence[Term], by: str) -> str:
    return by.join(_spelled(term) for term in terms)


def _spelled(term: Term) -> str:
    """In FTS5's grammar: `title : ("a" OR "b" *)`."""
    words = [f'"{word}"' for word in term.words] + [f'"{beginning}" *' for beginning in term.beginnings]
    any_of = f"({' OR '.join(words)})"
    return f"({term.part} : {any_of})" if term.part else any_of
