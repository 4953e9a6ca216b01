"""Mango selectors as CouchDB understands them: parsed, normalised, and tried on one document.

A negation is pushed inward until it stands at a single condition, as CouchDB does: `$not` of `$and` is `$or` of
`$not`s, `$not` of `$lt` is `$gte`. A document without a field meets no condition on that field, negated or not,
save `$exists: false`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import regex
from msgspec import Struct

from ..errors import BadQuery

DEPTH_LIMIT = 64  # levels of a selector
SIZE_LIMIT = 2_000  # conditions of a selector
PATTERN_S = 0.1  # seconds that a pattern may take on one text
MISSING = object()

NULL, FALSE, TRUE, NUMBER, STRING, ARRAY, OBJECT = range(7)  # CouchDB's order of types
RANKS = {
    "null": (NULL,), "boolean": (FALSE, TRUE), "number": (NUMBER,), "string": (STRING,), "array": (ARRAY,),
    "object": (OBJECT,),
}  # fmt: skip

Path = tuple[str, ...]
_DOT = re.compile(r"(?<!\\)\.")
_OPPOSITE = {"$lt": "$gte", "$gte": "$lt", "$gt": "$lte", "$lte": "$gt"}


class Leaf(Struct, frozen=True):
    """One condition on one field; the path () is the value itself, inside `$elemMatch`."""

    path: Path
    op: str
    arg: Any
    negated: bool = False


class All(Struct, frozen=True):
    """Every part holds; none is needed."""

    parts: tuple[Node, ...]


class Some(Struct, frozen=True):
    """Some part holds. Without parts it holds too, as in CouchDB."""

    parts: tuple[Node, ...]


Node = Leaf | All | Some


def parse(selector: Any) -> Node:
    """A selector as a tree. Raises BadQuery."""
    return _Parser().node(selector, (), False, 0)


def split(field: str) -> Path:
    r"""`a.b` is b inside a; `a\.b` is the one member "a.b". Raises BadQuery."""
    path = tuple(part.replace("\\.", ".") for part in _DOT.split(field))
    if not all(path):
        raise BadQuery(f"Invalid field normalization on selector: {field}", error="bad_field")
    return path


class _Parser:
    """Counts the conditions of one selector on the way."""

    def __init__(self) -> None:
        self._left = SIZE_LIMIT

    def node(self, selector: Any, path: Path, negated: bool, depth: int) -> Node:
        if not isinstance(selector, Mapping):
            raise BadQuery(
                f"Selector must be a JSON object, not: {_shown(selector)}", error="invalid_selector_json"
            )
        if depth > DEPTH_LIMIT:
            raise BadQuery("This selector is nested too deeply.", error="bad_selector", limit=DEPTH_LIMIT)
        parts = tuple(self._member(key, value, path, negated, depth) for key, value in selector.items())
        return _together(parts, negated)

    def _member(self, key: str, value: Any, path: Path, negated: bool, depth: int) -> Node:
        if key in {"$and", "$or", "$nor"}:
            return self._combined(key, value, path, negated, depth)
        if key == "$not":
            return self.node(_object(key, value), path, not negated, depth + 1)
        if key.startswith("$"):
            return self._leaf(key, value, path, negated, depth)
        inner = path + split(key)
        if isinstance(value, Mapping) and value:
            return self.node(value, inner, negated, depth + 1)
        return self._leaf("$eq", value, inner, negated, depth)

    def _combined(self, op: str, arg: Any, path: Path, negated: bool, depth: int) -> Node:
        inner = negated is not (op == "$nor")
        parts = tuple(self._part(part, path, inner, depth + 1) for part in _list(op, arg))
        return _together(parts, negated is not (op == "$or"))

    def _part(self, part: Any, path: Path, negated: bool, depth: int) -> Node:
        """One of several conditions; a bare value means equality (mango_selector.erl): `{"state": {"$or": ["a", "b"]}}`."""
        if isinstance(part, Mapping):
            return self.node(part, path, negated, depth)
        return self._leaf("$eq", part, path, negated, depth)

    def _leaf(self, op: str, arg: Any, path: Path, negated: bool, depth: int) -> Leaf:
        self._left -= 1 + (len(arg) if isinstance(arg, list) else 0)
        if self._left < 0:
            raise BadQuery("This selector has too many conditions.", error="bad_selector", limit=SIZE_LIMIT)
        if op in {"$ne", "$nin"}:
            return self._leaf("$eq" if op == "$ne" else "$in", arg, path, not negated, depth)
        if op in _OPPOSITE and negated:
            return Leaf(path, _OPPOSITE[op], arg)
        if op in {"$elemMatch", "$allMatch", "$keyMapMatch"}:
            return Leaf(path, op, self.node(_object(op, arg), (), False, depth + 1), negated)
        if op not in _CHECKS:
            raise BadQuery(f"Invalid operator: {op}", error="invalid_operator")
        if not _CHECKS[op](arg):
            raise _bad_argument(op, arg)
        if op == "$exists":
            return Leaf(path, op, arg is not negated)
        return Leaf(path, op, regex.compile(arg) if op == "$regex" else arg, negated)


def _together(parts: tuple[Node, ...], any_will_do: bool) -> Node:
    """Conditions that all hold lie side by side, so that what they say of one field is seen together."""
    if len(parts) == 1:
        return parts[0]
    if any_will_do:
        return Some(parts)
    return All(tuple(one for part in parts for one in (part.parts if isinstance(part, All) else (part,))))


def _object(op: str, arg: Any) -> Mapping[str, Any]:
    if not isinstance(arg, Mapping):
        raise _bad_argument(op, arg)
    return arg


def _list(op: str, arg: Any) -> list[Any]:
    if not isinstance(arg, list):
        raise _bad_argument(op, arg)
    return arg


def _bad_argument(op: str, arg: Any) -> BadQuery:
    return BadQuery(f"Bad argument for operator {op}: {_shown(arg)}", error="bad_arg")


def _shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()[:200]


def _is_anything(value: Any) -> bool:
    return True


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_pattern(value: Any) -> bool:
    try:
        return isinstance(value, str) and regex.compile(value) is not None
    except (regex.error, RecursionError, OverflowError):
        return False


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "$eq": _is_anything,
    "$lt": _is_anything,
    "$lte": _is_anything,
    "$gt": _is_anything,
    "$gte": _is_anything,
    "$in": _is_list,
    "$all": _is_list,
    "$exists": lambda arg: isinstance(arg, bool),
    "$type": lambda arg: isinstance(arg, str) and arg in RANKS,
    "$size": lambda arg: _is_whole(arg) and arg >= 0,
    "$mod": lambda arg: isinstance(arg, list) and len(arg) == 2 and all(map(_is_whole, arg)) and arg[0] != 0,
    "$regex": _is_pattern,
    "$beginsWith": lambda arg: isinstance(arg, str),
}


def rank(value: Any) -> int:
    """Where the type of a JSON value comes in CouchDB's order; false and true count as two types."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int | float):
        return NUMBER
    if isinstance(value, str):
        return STRING
    return ARRAY if isinstance(value, list) else OBJECT


def order(value: Any) -> tuple[Any, ...]:
    """A key under which JSON values are in CouchDB's order, texts by code point, members of objects by name."""
    kind = rank(value)
    if kind in {NUMBER, STRING}:
        return kind, value
    if kind == ARRAY:
        return kind, tuple(map(order, value))
    if kind == OBJECT:
        return kind, tuple((name, order(member)) for name, member in sorted(value.items()))
    return (kind,)


def matches(node: Node, document: Any) -> bool:
    """Whether a document meets a selector."""
    if isinstance(node, All):
        return all(matches(part, document) for part in node.parts)
    if isinstance(node, Some):
        return not node.parts or any(matches(part, document) for part in node.parts)
    value = dig(document, node.path)
    if node.op == "$exists":
        return (value is not MISSING) is node.arg
    return value is not MISSING and _TESTS[node.op](value, node.arg) is not node.negated


def dig(value: Any, path: Path) -> Any:
    """What lies at a path, an index counting into a list; MISSING when nothing does."""
    for name in path:
        if isinstance(value, dict):
            value = value.get(name, MISSING)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return MISSING
    return value


def _is_one_of(value: Any, choices: list[Any]) -> bool:
    known = {order(choice) for choice in choices}
    return any(order(one) in known for one in value) if isinstance(value, list) else order(value) in known


def _holds_all(value: Any, wanted: list[Any]) -> bool:
    """An empty list is never held; `[[1, 2]]` also means the list [1, 2] itself (mango_selector.erl)."""
    if not isinstance(value, list) or not wanted:
        return False
    held = {order(one) for one in value}
    return all(order(one) in held for one in wanted) or (
        len(wanted) == 1 and order(wanted[0]) == order(value)
    )


def _leaves_over(value: Any, arg: list[int]) -> bool:
    """The remainder has the sign of the value, as Erlang's `rem`."""
    return _is_whole(value) and (1 if value >= 0 else -1) * (abs(value) % abs(arg[0])) == arg[1]


def _fits(value: Any, pattern: regex.Pattern[str]) -> bool:
    """Raises BadQuery when the pattern takes too long, as nested repetitions do."""
    try:
        return isinstance(value, str) and pattern.search(value, timeout=PATTERN_S) is not None
    except TimeoutError as error:
        raise BadQuery("This pattern takes too long.", error="timeout") from error


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, arg: order(value) == order(arg),
    "$lt": lambda value, arg: order(value) < order(arg),
    "$lte": lambda value, arg: order(value) <= order(arg),
    "$gt": lambda value, arg: order(value) > order(arg),
    "$gte": lambda value, arg: order(value) >= order(arg),
    "$in": _is_one_of,
    "$all": _holds_all,
    "$type": lambda value, arg: rank(value) in RANKS[arg],
    "$size": lambda value, arg: isinstance(value, list) and len(value) == arg,
    "$mod": _leaves_over,
    "$regex": _fits,
    "$beginsWith": lambda value, arg: isinstance(value, str) and value.startswith(arg),
    "$elemMatch": lambda value, arg: isinstance(value, list) and any(matches(arg, one) for one in value),
    "$allMatch": lambda value, arg: (
        isinstance(value, list) and value != [] and all(matches(arg, one) for one in value)
    ),
    "$keyMapMatch": lambda value, arg: isinstance(value, dict) and any(matches(arg, name) for name in value),
}
