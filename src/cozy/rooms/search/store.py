"""The SQL of search: what is known of documents, the text of contents, the words that there are."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from cozy.kernel.db import Row
from cozy.kernel.work import Work

from .model.entries import Entry

T = TypeVar("T")
GIVEN_UP = 10  # tries after which a content has no text: as often as a job may be cut off
_COLUMNS = "doctype, id, kind, title, people, words, excerpt, extension, place, at, sha256"
_AT_ONCE = 200  # of one statement
_LIKE = 4_000  # words that are compared with one that was mistyped
_LAST = "\U0010ffff"  # after everything that goes on
_CURSOR, _NUMBER, _REBUILDING = "search", "search_number", "search_rebuilding"


class Stored(Struct, frozen=True):
    """An entry as it is kept."""

    number: int
    entry: Entry


class Waiting(Struct, frozen=True):
    """A content whose text is still to be read."""

    sha256: str
    recipe: str


def _stored(row: Row) -> Stored:
    number, doctype, id_, kind, title, people, words, excerpt, extension, place, at, sha256 = row
    entry = Entry(doctype, id_, kind, title, people, words, excerpt, extension, place, at, sha256)
    return Stored(number, entry)


# The cursor --------------------------------------------------------------------------------------------------------


def cursor(work: Work) -> int:
    """The last seq that was looked at."""
    return _counter(work, _CURSOR)


def set_cursor(work: Work, seq: int) -> None:
    """Everything until there was looked at."""
    _set_counter(work, _CURSOR, seq)


def rebuilding_until(work: Work) -> int:
    """The seq until which everything is being made again; 0 when it is not."""
    return _counter(work, _REBUILDING)


def set_rebuilding_until(work: Work, seq: int) -> None:
    """Everything was forgotten, and is made again until there; 0 when that is done."""
    _set_counter(work, _REBUILDING, seq)


def _counter(work: Work, name: str) -> int:
    row = work.db.one(
        "SELECT value FROM counters WHERE home_id = :home AND name = :name", home=work.home, name=name
    )
    return int(row[0]) if row else 0


def _set_counter(work: Work, name: str, value: int) -> None:
    work.db.run(
        """INSERT INTO counters (home_id, name, value) VALUES (:home, :name, :value)
           ON CONFLICT (home_id, name) DO UPDATE SET value = excluded.value""",
        home=work.home, name=name, value=value,
    )  # fmt: skip


# Entries -----------------------------------------------------------------------------------------------------------


def entry_of(work: Work, doctype: str, id_: str) -> Stored | None:
    """What is known of a document."""
    row = work.db.one(
        f"SELECT number, {_COLUMNS} FROM search_entries WHERE home_id = :home AND doctype = :doctype AND id = :id",
        home=work.home, doctype=doctype, id=id_,
    )  # fmt: skip
    return _stored(row) if row else None


def entries(work: Work, numbers: Sequence[int]) -> list[Stored]:
    """The entries of these numbers, in that order."""
    found: dict[int, Stored] = {}
    for part in _parts(list(numbers)):
        rows = work.db.all(
            f"SELECT number, {_COLUMNS} FROM search_entries WHERE home_id = :home AND number IN :numbers",
            home=work.home, numbers=part,
        )  # fmt: skip
        found.update((row[0], _stored(row)) for row in rows)
    return [found[number] for number in numbers if number in found]


def with_content(work: Work, sha256: str) -> list[Stored]:
    """The entries whose content this is."""
    rows = work.db.all(
        f"SELECT number, {_COLUMNS} FROM search_entries WHERE home_id = :home AND sha256 = :sha256 LIMIT 1000",
        home=work.home, sha256=sha256,
    )  # fmt: skip
    return [_stored(row) for row in rows]


def save(work: Work, entry: Entry) -> int:
    """Note what is known of a document; its number."""
    values = {
        "doctype": entry.doctype, "id": entry.id, "kind": entry.kind, "title": entry.title,
        "people": entry.people, "words": entry.words, "excerpt": entry.excerpt, "extension": entry.extension,
        "place": entry.place, "at": entry.at, "sha256": entry.sha256,
    }  # fmt: skip
    row = work.db.one(
        """UPDATE search_entries SET kind = :kind, title = :title, people = :people, words = :words, excerpt = :excerpt,
                  extension = :extension, place = :place, at = :at, sha256 = :sha256
            WHERE home_id = :home AND doctype = :doctype AND id = :id RETURNING number""",
        home=work.home, **values,
    ) or work.db.one(
        f"""INSERT INTO search_entries (home_id, number, {_COLUMNS})
            VALUES (:home, :number, :doctype, :id, :kind, :title, :people, :words, :excerpt, :extension, :place, :at, :sha256)
            RETURNING number""",
        home=work.home, number=_next_number(work), **values,
    )  # fmt: skip
    assert row is not None
    return int(row[0])


def _next_number(work: Work) -> int:
    row = work.db.one(
        """INSERT INTO counters (home_id, name, value) VALUES (:home, :name, 1)
           ON CONFLICT (home_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value""",
        home=work.home, name=_NUMBER,
    )  # fmt: skip
    assert row is not None
    return int(row[0])


def forget(work: Work, number: int) -> None:
    """Know nothing of an entry any more."""
    work.db.run(
        "DELETE FROM search_entries WHERE home_id = :home AND number = :number", home=work.home, number=number
    )


def count(work: Work) -> int:
    """How many entries there are."""
    row = work.db.one("SELECT COUNT(*) FROM search_entries WHERE home_id = :home", home=work.home)
    return int(row[0]) if row else 0


def clear(work: Work) -> None:
    """Forget everything but the text of contents, which are what they were."""
    work.db.run("DELETE FROM search_entries WHERE home_id = :home", home=work.home)
    work.db.run("DELETE FROM search_words WHERE home_id = :home", home=work.home)
    set_cursor(work, 0)


# The text of contents ----------------------------------------------------------------------------------------------


def text_of(work: Work, sha256: str) -> str | None:
    """The text of a content; None while it was not read."""
    row = work.db.one(
        "SELECT text FROM search_texts WHERE home_id = :home AND sha256 = :sha256",
        home=work.home,
        sha256=sha256,
    )
    return _opened(row[0]) if row and row[0] is not None else None


def texts_of(work: Work, hashes: Collection[str], most: int | None = None) -> dict[str, str]:
    """The texts that were read of these contents; of the first ones until they have that many characters, None for all."""
    packed: dict[str, bytes] = {}
    for part in _parts(sorted(hashes)):
        rows = work.db.all(
            "SELECT sha256, text FROM search_texts WHERE home_id = :home AND sha256 IN :hashes AND text IS NOT NULL",
            home=work.home, hashes=part,
        )  # fmt: skip
        packed.update(rows)
    found: dict[str, str] = {}
    for sha256 in hashes:
        if most is not None and most <= 0:
            break
        if sha256 in packed and sha256 not in found:
            found[sha256] = _opened(packed[sha256])
            most = None if most is None else most - len(found[sha256])
    return found


def _opened(text: bytes) -> str:
    return zlib.decompress(bytes(text)).decode()


def await_text(work: Work, sha256: str, recipe: str, turn: int) -> bool:
    """Have the text of a content read; whether that is new."""
    return work.db.run(
        """INSERT INTO search_texts (home_id, sha256, text, recipe, turn, tries) VALUES (:home, :sha256, NULL, :recipe, :turn, 0)
           ON CONFLICT (home_id, sha256) DO NOTHING""",
        home=work.home, sha256=sha256, recipe=recipe, turn=turn,
    ) == 1  # fmt: skip


def next_text(work: Work) -> Waiting | None:
    """The next content to read, those that failed last; one more try is counted."""
    row = work.db.one(
        """UPDATE search_texts SET tries = tries + 1
            WHERE home_id = :home AND sha256 = (
              SELECT sha256 FROM search_texts WHERE home_id = :home AND text IS NULL AND tries < :most
               ORDER BY turn, tries, sha256 LIMIT 1)
           RETURNING sha256, recipe""",
        home=work.home, most=GIVEN_UP,
    )  # fmt: skip
    return Waiting(*row) if row else None


def texts_waiting(work: Work) -> int:
    """How many contents are still to be read."""
    row = work.db.one(
        "SELECT COUNT(*) FROM search_texts WHERE home_id = :home AND text IS NULL AND tries < :most",
        home=work.home, most=GIVEN_UP,
    )  # fmt: skip
    return int(row[0]) if row else 0


def set_text(work: Work, sha256: str, text: str) -> bool:
    """Keep the text of a content; False when nobody wants it any more."""
    return work.db.run(
        "UPDATE search_texts SET text = :text WHERE home_id = :home AND sha256 = :sha256",
        home=work.home, sha256=sha256, text=zlib.compress(text.encode()),
    ) == 1  # fmt: skip


def forget_text(work: Work, sha256: str) -> None:
    """Forget the text of a content that no entry has any more."""
    work.db.run(
        """DELETE FROM search_texts WHERE home_id = :home AND sha256 = :sha256
              AND NOT EXISTS (SELECT 1 FROM search_entries WHERE home_id = :home AND sha256 = :sha256)""",
        home=work.home, sha256=sha256,
    )  # fmt: skip


def forget_unwanted_texts(work: Work) -> None:
    """Forget the text of all contents that no entry has."""
    work.db.run(
        """DELETE FROM search_texts WHERE home_id = :home AND NOT EXISTS
             (SELECT 1 FROM search_entries e WHERE e.home_id = :home AND e.sha256 = search_texts.sha256)""",
        home=work.home,
    )  # fmt: skip


def forget_texts(work: Work) -> None:
    """Forget every text, so that all are read anew."""
    work.db.run("DELETE FROM search_texts WHERE home_id = :home", home=work.home)


# Words -------------------------------------------------------------------------------------------------------------


def add_words(work: Work, words: Collection[str]) -> None:
    """Know these words."""
    for part in _parts(sorted(words)):
        rows = work.db.all(
            "SELECT word FROM search_words WHERE home_id = :home AND word IN :words",
            home=work.home,
            words=part,
        )
        missing = sorted(set(part) - {word for (word,) in rows})
        if missing:
            values = ", ".join(f"(:word_{n}, :back_{n})" for n in range(len(missing)))
            work.db.run(
                f"""INSERT INTO search_words (home_id, word, backwards)
                    SELECT :home, column1, column2 FROM (VALUES {values}) AS missing WHERE TRUE
                    ON CONFLICT (home_id, word) DO NOTHING""",
                home=work.home, **{f"word_{n}": word for n, word in enumerate(missing)},
                **{f"back_{n}": word[::-1] for n, word in enumerate(missing)},
            )  # fmt: skip


def forget_words(work: Work, words: Collection[str]) -> None:
    """Know these words no more."""
    for part in _parts(sorted(words)):
        work.db.run(
            "DELETE FROM search_words WHERE home_id = :home AND word IN :words", home=work.home, words=part
        )


def words_like(work: Work, beginning: str, end: str, shortest: int, longest: int) -> set[str]:
    """Words of these lengths that begin so, or end so in the singular or the plural; some of them where they are many."""
    ends = [("word", beginning), *(("backwards", f"{plural}{end[::-1]}") for plural in ("", "s", "x"))]
    found: set[str] = set()
    for column, low in ends:
        rows = work.db.all(
            f"""SELECT word FROM search_words WHERE home_id = :home AND {column} >= :low AND {column} < :high
                  AND LENGTH(word) BETWEEN :shortest AND :longest LIMIT {_LIKE}""",
            home=work.home, low=low, high=low + _LAST, shortest=shortest, longest=longest,
        )  # fmt: skip
        found.update(word for (word,) in rows)
    return found


def words_beginning(work: Work, beginning: str, limit: int) -> list[str]:
    """Words that begin so, by the alphabet."""
    rows = work.db.all(
        """SELECT word FROM search_words WHERE home_id = :home AND word >= :low AND word < :high
            ORDER BY word LIMIT :limit""",
        home=work.home, low=beginning, high=beginning + _LAST, limit=limit,
    )  # fmt: skip
    return [word for (word,) in rows]


def _parts(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
