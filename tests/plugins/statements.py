"""Every statement that tests send to PostgreSQL is looked at once: each scan of a table of homes is bound to one home.

With COZY_WATCH_STATEMENTS=1 those of the whole run: `COZY_WATCH_STATEMENTS=1 script/test -k postgres`.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

import psycopg

from cozy.app import migrations
from cozy.backends.postgres import PostgresDb, translated
from cozy.backends.rows import names
from cozy.kernel.db import expand

_PLANNED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_BOUND = re.compile(r"\bhome_id = ")
# What the host asks about all of its homes at once, and why.
OF_THE_HOST = {
    "SELECT home_id FROM counters WHERE name IN ('seq', 'sealed')": "which homes have rows here: for checks, backups and conversion",
}


@contextmanager
def watched(url: str) -> Iterator[None]:
    """Fails at the end where a statement went to more homes than one."""
    tables = set(names(migrations.of("home")))
    seen: set[str] = set()
    found: list[str] = []
    lock = Lock()
    executed = PostgresDb._executed

    def watching(self: PostgresDb, cursor: Any, sql: str, params: dict[str, Any]) -> Any:
        with lock:
            is_new = sql not in seen and _PLANNED.match(sql) is not None
            seen.add(sql)
        answer = executed(self, cursor, sql, params)
        if is_new and not any(known in sql for known in OF_THE_HOST):
            with lock, suppress(psycopg.errors.LockNotAvailable):
                found.extend(
                    f"{table}: {' '.join(sql.split())}" for table in unbound(url, sql, params, tables)
                )
        return answer

    PostgresDb._executed = watching  # type: ignore[method-assign]
    try:
        yield
    finally:
        PostgresDb._executed = executed  # type: ignore[method-assign]
    assert not found, "\n".join(found)


def unbound(url: str, sql: str, params: dict[str, Any], tables: set[str]) -> list[str]:
    """The tables of homes that PostgreSQL would read for this in more homes than one."""
    text, values = expand(sql, params)
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET lock_timeout = '100ms'")  # a test may be changing the tables, and wait for us
        row = connection.execute(b"EXPLAIN (FORMAT JSON) " + translated(text), values).fetchone()
    assert row is not None
    plan = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    return sorted(set(_scans(plan[0]["Plan"], tables)))


def _scans(node: dict[str, Any], tables: set[str]) -> Iterator[str]:
    below = node.get("Plans", [])
    if node.get("Relation Name") in tables and node["Node Type"].endswith("Scan"):
        parts = [node, *(each for each in below if each["Node Type"].startswith("Bitmap"))]
        said = " ".join(
            str(each.get(kind, "")) for each in parts for kind in ("Filter", "Index Cond", "Recheck Cond")
        )
        if not _BOUND.search(said):
            yield str(node["Relation Name"])
    for each in below:
        yield from _scans(each, tables)
