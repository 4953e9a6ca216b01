"""Mango queries as SQL, for SQLite and PostgreSQL.

A field is compared by its key, one expression whose order is CouchDB's, across types too: an index on keys serves
comparisons and the order of results alike. What SQL cannot say (`$regex`, `$elemMatch`…) only narrows the rows by
type; those that come out are tried in Python. Texts are ordered by code point.
"""

from __future__ import annotations

import base64
import math
import re
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.db import Engine, Row
from cozy.kernel.work import Work

from ..errors import BadQuery
from ..model import Document, Found, Query, Stats
from .rows import COLUMNS, document
from .selector import (
    ARRAY,
    NUMBER,
    OBJECT,
    RANKS,
    STRING,
    All,
    Leaf,
    Node,
    Path,
    Some,
    dig,
    matches,
    parse,
    rank,
    split,
)

LIMIT = 1000  # documents of a page
FIELDS_LIMIT = 20  # of an index
_WIDTH = COLUMNS.count(",") + 1
_GROUP = 50  # terms side by side: SQLite's expressions may be a thousand deep
_BATCH = 500  # rows tried in Python at first; doubled each time
_BATCH_MOST = 8_000

_COLUMNS: dict[Path, str] = {("_id",): "id", ("_rev",): "rev"}
_NARROW = {
    "$regex": STRING, "$beginsWith": STRING, "$mod": NUMBER, "$size": ARRAY, "$all": ARRAY, "$elemMatch": ARRAY,
    "$allMatch": ARRAY, "$keyMapMatch": OBJECT,
}  # fmt: skip
_BOUNDS = {"$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}
# What may stand between quotes in SQL text as it is; other names are looked at in Python.
_PLAIN = re.compile(r"(?!\d+$)[^\"'\\:%\[\]$\x00-\x1f\x7f]+")
_DOCTYPE = re.compile(r"[A-Za-z0-9._-]+")

# Where each type begins among keys. JSON has no -Infinity, and nobody has its neighbours.
_LOWEST = ("-9e999", "-1.797e308", "-1.796e308", "-1.795e308", "''", "x'5b'", "x'7b'", "x'ff'")

Place = tuple[int, str | int | float | None]  # rank and value; lists and objects as JSON text


class Plan(Struct, frozen=True):
    """A compiled query."""

    where: str
    params: dict[str, Any]
    is_exact: bool  # whether every row that comes out meets the selector
    node: Node
    sort: tuple[Path, ...]
    varying: tuple[Path, ...]  # the part of `sort` that the selector does not hold at one value
    descending: bool
    fields: frozenset[Path]  # those that the selector or the order looks at


def find(work: Work, doctype: str, query: Query) -> Found:
    """A page of the documents that meet a selector. Raises BadQuery."""
    started = time.perf_counter()
    plan = compiled(work.db.engine, query)
    limit = _page_size(query)
    after = _opened(query.bookmark, plan)
    found, seen = _page(work, doctype, plan, after, query.skip, limit + 1)
    page = found[:limit]
    indexed = uses_index(work, doctype, plan)
    stats = None
    if query.execution_stats:
        examined = seen if indexed else count(work, doctype)
        stats = Stats(examined, len(page), round((time.perf_counter() - started) * 1000, 3))
    return Found(
        [_document(row) for row in page], limit, len(found) > limit,
        _bookmark(page[-1], plan) if page else query.bookmark or "nil",
        "" if indexed else "No matching index found, create an index to optimize query time.", stats,
    )  # fmt: skip


def _page_size(query: Query) -> int:
    if query.limit < 0 or query.skip < 0:
        name = "limit" if query.limit < 0 else "skip"
        raise BadQuery(f"`{name}` is a whole number, not below zero.", error=f"invalid_{name}")
    return min(query.limit or 100, LIMIT)


def compiled(engine: Engine, query: Query) -> Plan:
    """A query as SQL. Raises BadQuery."""
    node = parse(query.selector)
    sort, descending = _sort(query.sort)
    compiler = _Compiler(engine)
    terms = [compiler.term(node), *(f"{key(engine, path)} IS NOT NULL" for path in sort)]
    leaves = _leaves(node)
    beside = node.parts if isinstance(node, All) else (node,)
    held = {part.path for part in beside if isinstance(part, Leaf) and _holds_still(part)}
    return Plan(
        " AND ".join(terms), compiler.params, compiler.is_exact, node, sort,
        tuple(path for path in sort if path not in held), descending,
        frozenset({leaf.path for leaf in leaves} | set(sort)),
    )  # fmt: skip


def _holds_still(leaf: Leaf) -> bool:
    return leaf.op == "$eq" and not leaf.negated and rank(leaf.arg) < ARRAY


def _sort(specs: Sequence[Any]) -> tuple[tuple[Path, ...], bool]:
    if not isinstance(specs, (list, tuple)):
        raise BadQuery(f"Sort must be an array of sort specs, not: {specs}", error="invalid_sort_json")
    paths: list[Path] = []
    directions: set[str] = set()
    for spec in specs:
        name, direction = (
            next(iter(spec.items())) if isinstance(spec, dict) and len(spec) == 1 else (spec, "asc")
        )
        if not isinstance(name, str):
            raise BadQuery(f"Invalid sort field: {spec}", error="invalid_sort_field")
        if direction not in {"asc", "desc"}:
            raise BadQuery(f"Invalid sort direction: {direction}", error="invalid_sort_dir")
        paths.append(split(name))
        directions.add(direction)
        if not is_plain(paths[-1]):
            raise BadQuery(f"Invalid sort field: {name}", error="invalid_sort_field")
    if len(directions) > 1:
        raise BadQuery(
            "Sort currently only support a single direction for all fields.", error="unsupported_mixed_sort"
        )
    return tuple(dict.fromkeys(paths)), directions == {"desc"}


def key(engine: Engine, path: Path) -> str:
    """The expression that a field is compared and ordered by; NULL when the document lacks the field.

    SQLite orders numbers, texts and blobs, in this order; PostgreSQL orders `[rank, value]` as jsonb.
    """
    if path in _COLUMNS:
        return _COLUMNS[path]
    value = "body" + "".join(f"->'{name}'" for name in path)
    if engine == "postgres":
        kinds = ("string", 4), ("number", 3), ("null", 0), ("array", 5), ("object", 6)
        whens = " ".join(f"WHEN '{kind}' THEN jsonb_set('[{n},0]', '{{1}}', {value})" for kind, n in kinds)
        boolean = f"CASE WHEN {value} = 'true' THEN CAST('[2,true]' AS jsonb) ELSE '[1,false]' END"
        return f"(CASE jsonb_typeof({value}) {whens} WHEN 'boolean' THEN {boolean} END)"
    steps = "$" + "".join(f'."{name}"' for name in path)
    return (
        f"(CASE json_type(body, '{steps}') WHEN 'null' THEN {_LOWEST[0]} WHEN 'false' THEN {_LOWEST[1]} "
        f"WHEN 'true' THEN {_LOWEST[2]} WHEN 'array' THEN CAST({value} AS BLOB) "
        f"WHEN 'object' THEN CAST({value} AS BLOB) ELSE {_text(path)} END)"
    )


def _text(path: Path) -> str:
    return "body" + "".join(f"->'{name}'" for name in path[:-1]) + f"->>'{path[-1]}'"


def is_plain(path: Path) -> bool:
    """Whether SQL can say this path, and an index hold it."""
    return bool(path) and all(_PLAIN.fullmatch(name) for name in path)


def _leaves(node: Node) -> list[Leaf]:
    if isinstance(node, Leaf):
        return [node]
    return [leaf for part in node.parts for leaf in _leaves(part)]


class _Compiler:
    """Collects parameters while terms are written."""

    def __init__(self, engine: Engine) -> None:
        self._engine: Engine = engine
        self.params: dict[str, Any] = {}
        self.is_exact = True

    def term(self, node: Node) -> str:
        if isinstance(node, Leaf):
            return self._column(node) if node.path in _COLUMNS else self._field(node)
        return _joined(
            [self.term(part) for part in node.parts], " OR " if isinstance(node, Some) else " AND "
        )

    def _column(self, leaf: Leaf) -> str:
        """Ids and revisions are always texts."""
        column = _COLUMNS[leaf.path]
        if leaf.op in {*_BOUNDS, "$eq"} and not leaf.negated and isinstance(leaf.arg, str):
            return f"{column} {_BOUNDS.get(leaf.op, '=')} {self._bind(leaf.arg)}"
        if leaf.op == "$in" and not leaf.negated:
            return f"{column} IN {self._bind([arg for arg in leaf.arg if isinstance(arg, str)])}"
        if leaf.op in {"$gt", "$gte"} and rank(leaf.arg) < STRING:
            return "TRUE"
        self.is_exact = False
        return "TRUE"

    def _field(self, leaf: Leaf) -> str:
        if not is_plain(leaf.path):
            self.is_exact = False
            return "TRUE"
        field = key(self._engine, leaf.path)
        if leaf.op == "$exists":
            return f"{field} IS {'NOT NULL' if leaf.arg else 'NULL'}"
        if leaf.op in _BOUNDS:
            return self._bound(field, leaf)
        if leaf.negated:
            return self._negated(field, leaf)
        if leaf.op == "$eq" and rank(leaf.arg) < ARRAY:
            return self._equal(field, leaf)
        if leaf.op == "$type":
            return self._of_types(field, RANKS[leaf.arg])
        self.is_exact = False
        if leaf.op == "$in":
            return self._one_of(field, leaf)
        kind = rank(leaf.arg) if leaf.op == "$eq" else _NARROW[leaf.op]
        return self._of_types(field, (kind,))

    def _bound(self, field: str, leaf: Leaf) -> str:
        kind, sign = rank(leaf.arg), _BOUNDS[leaf.op]
        if kind < ARRAY:
            return f"{field} {sign} {self._place((kind, leaf.arg))}"
        self.is_exact = False
        return f"{field} >= {self._lowest(kind)}" if sign[0] == ">" else f"{field} < {self._lowest(kind + 1)}"

    def _negated(self, field: str, leaf: Leaf) -> str:
        if leaf.op == "$eq" and rank(leaf.arg) < ARRAY:
            return f"{field} <> {self._place((rank(leaf.arg), leaf.arg))}"
        if leaf.op == "$type":
            return f"NOT {self._of_types(field, RANKS[leaf.arg])}"
        self.is_exact = False
        plain = self._plain(leaf.arg) if leaf.op == "$in" else ""
        return f"{field} NOT IN ({plain})" if plain else f"{field} IS NOT NULL"

    def _equal(self, field: str, leaf: Leaf) -> str:
        """Texts are compared as texts too, for the indexes that rooms made by hand."""
        term = f"{field} = {self._place((rank(leaf.arg), leaf.arg))}"
        return (
            f"({term} AND {_text(leaf.path)} = {self._bind(leaf.arg)})" if isinstance(leaf.arg, str) else term
        )

    def _one_of(self, field: str, leaf: Leaf) -> str:
        """A list meets `$in` by one of its members: lists are looked at in Python, and so are objects."""
        plain = self._plain(leaf.arg)
        loose = self._of_types(field, (ARRAY, OBJECT))
        return f"({field} IN ({plain}) OR {loose})" if plain else loose

    def _plain(self, args: list[Any]) -> str:
        return ", ".join(self._place((rank(arg), arg)) for arg in args if rank(arg) < ARRAY)

    def _of_types(self, field: str, kinds: Sequence[int]) -> str:
        """kinds: neighbours in the order of types."""
        return f"({field} >= {self._lowest(kinds[0])} AND {field} < {self._lowest(kinds[-1] + 1)})"

    def _lowest(self, kind: int) -> str:
        return _LOWEST[kind] if self._engine == "sqlite" else f"CAST('[{kind},null]' AS jsonb)"

    def _place(self, place: Place) -> str:
        return placed(self._engine, place, self.params)

    def _bind(self, value: Any) -> str:
        return _bind(value, self.params)


def placed(engine: Engine, place: Place, params: dict[str, Any]) -> str:
    """A value as keys are: SQL text, with what it needs in `params`."""
    kind, value = place
    if engine == "sqlite":
        if kind < NUMBER:
            return _LOWEST[kind]
        return _bind(str(value).encode() if kind > STRING else _fitting(value), params)
    if kind < NUMBER:
        text = ("null", "false", "true")[kind]
    else:
        text = str(value) if kind > STRING else msgspec.json.encode(value).decode()
    if "\\u0000" in text:
        raise BadQuery("PostgreSQL holds no text with a NUL.", error="bad_arg")
    return f"CAST({_bind(f'[{kind},{text}]', params)} AS jsonb)"


def _fitting(value: Any) -> Any:
    """Whole numbers beyond 64 bits are what SQLite makes of them in documents: floating ones."""
    if not isinstance(value, int) or -(2**63) <= value < 2**63:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _bind(value: Any, params: dict[str, Any]) -> str:
    name = f"p{len(params)}"
    params[name] = value
    return f":{name}"


def _joined(terms: list[str], word: str) -> str:
    """Joined in groups, so that no expression gets deep."""
    if not terms:
        return "TRUE"
    while len(terms) > _GROUP:
        terms = [f"({word.join(terms[i : i + _GROUP])})" for i in range(0, len(terms), _GROUP)]
    return f"({word.join(terms)})" if len(terms) != 1 else terms[0]


def _page(
    work: Work, doctype: str, plan: Plan, after: tuple[list[Place], str] | None, skip: int, wanted: int
) -> tuple[list[Row], int]:
    """Up to `wanted` rows that meet the selector, and how many were looked at."""
    if plan.is_exact:
        rows = _rows(work, doctype, plan, after, wanted, skip)
        return rows, len(rows) + skip
    kept: list[Row] = []
    seen, batch = 0, max(_BATCH, 2 * wanted)
    while True:
        rows = _rows(work, doctype, plan, after, batch, 0)
        seen += len(rows)
        kept += [row for row in rows if matches(plan.node, _whole(_document(row)))]
        if len(rows) < batch or len(kept) >= wanted + skip:
            return kept[skip : skip + wanted], seen
        after = _position(rows[-1], plan)
        batch = min(2 * batch, _BATCH_MOST)


def _document(row: Row) -> Document:
    """COLUMNS come first, then what the results are ordered by."""
    return document(row[:_WIDTH])


def _whole(found: Document) -> dict[str, Any]:
    return {**found.body, "_id": found.id, "_rev": found.rev}


def _rows(
    work: Work, doctype: str, plan: Plan, after: tuple[list[Place], str] | None, limit: int, skip: int
) -> list[Row]:
    sql, params = _statement(work.db.engine, doctype, plan, after)
    return work.db.all(sql, home=work.home, limit=limit, skip=skip, **params)


def _statement(
    engine: Engine, doctype: str, plan: Plan, after: tuple[list[Place], str] | None
) -> tuple[str, dict[str, Any]]:
    params = dict(plan.params)
    where = plan.where if after is None else f"{plan.where} AND {_beyond(engine, plan, after, params)}"
    way = " DESC" if plan.descending else ""
    order = ", ".join(
        f"{expression}{way}" for expression in [*(key(engine, path) for path in plan.varying), "id"]
    )
    shown = "".join(f", {_COLUMNS.get(path) or _text(path)}" for path in plan.sort)
    return (
        f"""SELECT {COLUMNS}{shown} FROM documents
             WHERE home_id = :home AND doctype = {literal(doctype)} AND NOT deleted AND {where}
             ORDER BY {order} LIMIT :limit OFFSET :skip""",
        params,
    )


def literal(doctype: str) -> str:
    """Spelt out, so that the engine sees that a partial index of this doctype serves."""
    if not _DOCTYPE.fullmatch(doctype):
        raise BadQuery("This is not the name of a doctype.", error="bad_request")
    return f"'{doctype}'"


def _beyond(engine: Engine, plan: Plan, after: tuple[list[Place], str], params: dict[str, Any]) -> str:
    """After this row, in the order of the query: a comparison of rows, since all fields go the same way.

    The first field is bounded by itself too: SQLite uses no index on expressions for rows.
    """
    sign = "<" if plan.descending else ">"
    fields, places = [], []
    for path, place in zip(plan.sort, after[0], strict=True):
        if path in plan.varying:
            fields.append(key(engine, path))
            places.append(_bind(place[1], params) if path in _COLUMNS else placed(engine, place, params))
    fields.append("id")
    places.append(_bind(after[1], params))
    return f"{fields[0]} {sign}= {places[0]} AND ({', '.join(fields)}) {sign} ({', '.join(places)})"


def _position(row: Row, plan: Plan) -> tuple[list[Place], str]:
    """Where a row stands in the order of the query."""
    found = _document(row)
    whole = _whole(found)
    places: list[Place] = []
    for path, text in zip(plan.sort, row[_WIDTH:], strict=True):
        value = dig(whole, path)
        kind = rank(value)
        places.append((kind, value if kind == NUMBER else text if kind > NUMBER else None))
    return places, found.id


def _bookmark(row: Row, plan: Plan) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(_position(row, plan))).decode().rstrip("=")


def _opened(bookmark: str, plan: Plan) -> tuple[list[Place], str] | None:
    """Where the page before ended. Raises BadQuery."""
    if bookmark in {"", "nil"}:
        return None
    try:
        data = base64.urlsafe_b64decode(bookmark + "=" * (-len(bookmark) % 4))
        places, last = msgspec.json.decode(data, type=tuple[list[Place], str])
    except ValueError as error:
        raise _bad_bookmark(bookmark) from error
    fits = len(places) == len(plan.sort) and all(
        0 <= kind <= OBJECT and isinstance(value, _VALUES[kind]) and _is_json(kind, value)
        for kind, value in places
    )
    if not fits:
        raise _bad_bookmark(bookmark)
    return places, last


def _is_json(kind: int, value: Any) -> bool:
    if kind <= STRING:
        return True
    try:
        return rank(msgspec.json.decode(value)) == kind
    except ValueError:
        return False


_VALUES: tuple[Any, ...] = (type(None),) * NUMBER + ((int, float), str, str, str)


def _bad_bookmark(bookmark: str) -> BadQuery:
    return BadQuery(f"Invalid bookmark value: {bookmark[:200]}", error="invalid_bookmark")


def uses_index(work: Work, doctype: str, plan: Plan) -> bool:
    """Whether an index leads to the rows, so that a query costs what it finds and not what the home holds."""
    if not plan.fields - set(_COLUMNS):
        return True
    sql, params = _statement(work.db.engine, doctype, plan, None)
    if work.db.engine == "sqlite":
        return _leads(work, f"EXPLAIN QUERY PLAN {sql}", params)
    return _leads(work, f"EXPLAIN {sql}", params) or _would_lead(work, f"EXPLAIN {sql}", params)


def _leads(work: Work, explain: str, params: dict[str, Any]) -> bool:
    lines = work.db.all(explain, home=work.home, limit=1, skip=0, **params)
    used = _USED.findall("\n".join(str(row[-1]) for row in lines))
    return any(
        not name.startswith(_OWN_INDEXES) and (work.db.engine == "sqlite" or " AND " in condition)
        for name, condition in used
    )


def _would_lead(work: Work, explain: str, params: dict[str, Any]) -> bool:
    """Whether an index would lead there, were the table not so small that PostgreSQL rather reads all of it."""
    set_ = "SELECT set_config('enable_seqscan', :value, true) WHERE :home <> ''"
    work.db.one(set_, home=work.home, value="off")
    try:
        return _leads(work, explain, params)
    finally:
        work.db.one(set_, home=work.home, value="on")


# `SEARCH documents USING INDEX name (…)`, `Index Scan using name on…`, `Bitmap Index Scan on name`; on PostgreSQL the next line
# tells `Index Cond: ((home_id = …) AND …)`: where only the home is looked up, all of an index of other fields is read.
_USED = re.compile(
    r"(?i)(?:using (?:covering )?index|index (?:only )?scan(?: backward)? using|index scan on) (\w+)"
    r".*(?:\n\s*Index Cond: (.*))?"
)
_OWN_INDEXES = (
    "sqlite_autoindex",
    "documents_pkey",
    "documents_by_seq",
)  # of ids, and not of what documents say


def count(work: Work, doctype: str) -> int:
    """How many documents of this doctype live in the home."""
    row = work.db.one(
        "SELECT COUNT(*) FROM documents WHERE home_id = :home AND doctype = :doctype AND NOT deleted",
        home=work.home, doctype=doctype,
    )  # fmt: skip
    return int(row[0]) if row else 0
