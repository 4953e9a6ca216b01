"""What a transaction promises to a room, on both engines."""

from contextlib import suppress

import pytest

from cozy.kernel.db import Db, Taken

ADD = "INSERT INTO counters (home_id, name, value) VALUES ('h', :name, :value)"


def test_a_row_comes_back_as_it_went_in(db: Db):
    db.run(
        "INSERT INTO secrets (home_id, name, value) VALUES (:home, 'key', :value)",
        home="h",
        value=b"\x00\xff",
    )
    row = db.one("SELECT name, value FROM secrets WHERE home_id = :home", home="h")
    assert row is not None
    assert (row[0], bytes(row[1])) == ("key", b"\x00\xff")


def test_json_comes_back_as_text(db: Db):
    db.run(
        """INSERT INTO tickets (home_id, secret, kind, details, expires_at)
           VALUES ('h', 's', 'k', :details, '2026')""",
        details='{"name": "Noël", "size": 9007199254740993}',
    )
    row = db.one("SELECT details, details->>'name' FROM tickets WHERE home_id = 'h'")
    assert row is not None
    assert isinstance(row[0], str)
    assert "9007199254740993" in row[0]
    assert row[1] == "Noël"


def test_no_row_is_none(db: Db):
    assert db.one("SELECT value FROM counters WHERE home_id = :home", home="nobody") is None


def test_colons_and_percents_in_quoted_text_are_text(db: Db):
    row = db.one("SELECT 'a:b 100%' AS words, 17 % 5 AS rest, CAST(:n AS TEXT) AS n", n="x%s:y")
    assert row == ("a:b 100%", 2, "x%s:y")


def test_a_list_parameter_is_a_list_of_sql(db: Db):
    for name in ("a", "b", "c"):
        db.run(ADD, name=name, value=1)
    found = db.all("SELECT name FROM counters WHERE name IN :names ORDER BY name", names=["a", "c", "zzz"])
    assert found == [("a",), ("c",)]


def test_an_empty_list_matches_nothing(db: Db):
    db.run(ADD, name="a", value=1)
    assert db.all("SELECT name FROM counters WHERE name IN :names", names=[]) == []


def test_run_says_how_many_rows_changed(db: Db):
    for name in ("a", "b"):
        db.run(ADD, name=name, value=1)
    assert db.run("UPDATE counters SET value = 2 WHERE home_id = 'h'") == 2
    assert db.run("UPDATE counters SET value = 3 WHERE home_id = 'nobody'") == 0


def test_each_yields_every_row_in_order(db: Db):
    for value in range(1200):
        db.run(ADD, name=f"{value:04}", value=value)
    rows = db.each("SELECT value FROM counters WHERE home_id = 'h' AND value >= :low ORDER BY name", low=3)
    assert [value for (value,) in rows] == list(range(3, 1200))


def test_each_may_be_left_early_and_used_twice_at_a_time(db: Db):
    for value in range(3):
        db.run(ADD, name=str(value), value=value)
    sql = "SELECT value FROM counters WHERE home_id = 'h' ORDER BY name"
    first, second = db.each(sql), db.each(sql)
    assert (next(first), next(second), next(first)) == ((0,), (0,), (1,))
    assert db.one("SELECT COUNT(*) FROM counters") == (3,)


def test_texts_are_compared_byte_by_byte(db: Db):
    for name in ("a", "B", "é", "z", "Z", "10", "9"):
        db.run(ADD, name=name, value=1)
    rows = db.all("SELECT name FROM counters WHERE home_id = 'h' ORDER BY name")
    assert [name for (name,) in rows] == ["10", "9", "B", "Z", "a", "z", "é"]


def test_a_unique_index_names_itself(db: Db):
    file = """INSERT INTO documents (home_id, doctype, id, rev, seq, deleted, sort_key, body, revisions)
              VALUES ('h', 'io.cozy.files', :id, '1-a', :seq, :no, '', :body, 'a')"""
    db.run(file, id="1", seq=1, no=False, body='{"dir_id": "d", "name": "n"}')
    with pytest.raises(Taken) as taken:
        db.run(file, id="2", seq=2, no=False, body='{"dir_id": "d", "name": "n"}')
    assert taken.value.index == "files_by_name"


def test_another_constraint_is_not_taken(db: Db):
    with pytest.raises(Exception, match=r"(?i)null") as error:
        db.run("INSERT INTO counters (home_id, name, value) VALUES ('h', 'a', NULL)")
    assert not isinstance(error.value, Taken)


def test_an_attempt_that_fails_undoes_its_own_writes_and_no_others(db: Db):
    db.run(ADD, name="kept", value=1)

    def twice() -> None:
        with db.attempt():
            db.run(ADD, name="undone", value=1)
            db.run(ADD, name="kept", value=2)

    with pytest.raises(Taken):
        twice()
    with db.attempt():
        db.run(ADD, name="also kept", value=1)
    assert db.all("SELECT name, value FROM counters ORDER BY name") == [("also kept", 1), ("kept", 1)]


def test_attempts_nest(db: Db):
    with db.attempt():
        db.run(ADD, name="outer", value=1)
        with suppress(ZeroDivisionError), db.attempt():
            db.run(ADD, name="inner", value=1)
            raise ZeroDivisionError
    assert db.all("SELECT name FROM counters") == [("outer",)]
