"""How properties are told and changed, of whatever has some (RFC 4918 §4, §9.1, §9.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct

from . import xml
from .answers import OK, propstat
from .bodies import Change, PropFind

T = TypeVar("T")
Teller = Callable[[T], str | None]  # the property as an element; None where it does not have it


class Vocabulary(Struct, Generic[T], frozen=True):
    """What one kind of things tells of itself.

    usual: told where everything is asked for; others: only where they are named. dead: what clients keep beside it.
    """

    href: Callable[[T], str]
    dead: Callable[[T], Mapping[str, str]]
    usual: Mapping[str, Teller[T]]
    others: Mapping[str, Teller[T]] = {}

    @property
    def tellers(self) -> dict[str, Teller[T]]:
        """Both."""
        return {**self.usual, **self.others}


def simple(name: str, tell: Callable[[T], str | None]) -> Teller[T]:
    """A property around what a function tells, which is XML already. name: as in `{DAV:}href`."""
    start, end = f"<{xml.tag(name)}>", f"</{xml.tag(name)}>"

    def told(thing: T) -> str | None:
        value = tell(thing)
        return None if value is None else f"{start}{value}{end}"

    return told


def always(value: str) -> Callable[[Any], str]:
    """What tells the same of everything."""
    return lambda _: value


def simples(tells: Mapping[str, Callable[[T], str | None]]) -> dict[str, Teller[T]]:
    """Many of them, by name."""
    return {name: simple(name, tell) for name, tell in tells.items()}


def responder(words: Vocabulary[T], asked: PropFind, *, is_minimal: bool = False) -> Callable[[T], str]:
    """Who tells of each thing what is asked for (§14.24).

    is_minimal: nothing of what there is not (RFC 8144 §2.1).
    """
    all_, tellers = words.tellers, _tellers(words, asked)
    href, dead_of = words.href, words.dead

    def response(thing: T) -> str:
        dead = dead_of(thing)
        there, missing = _names(all_, thing, dead) if asked.without_values else _values(tellers, thing, dead)
        if asked.names is None and not asked.without_values:
            there.extend(value for name, value in dead.items() if name not in asked.include)
            missing = [name for name in missing if name in asked.include]
        found = (
            f"<d:propstat><d:prop>{''.join(there)}</d:prop>{OK}</d:propstat>"
            if there or not missing or is_minimal
            else ""
        )
        if missing and not is_minimal:
            found += propstat("".join(map(xml.empty, missing)), 404)
        return f"<d:response><d:href>{href(thing)}</d:href>{found}</d:response>"

    return response


def _tellers(words: Vocabulary[T], asked: PropFind) -> tuple[tuple[str, Teller[T] | None], ...]:
    """Who tells each property; None for dead ones."""
    all_ = words.tellers
    if asked.names is None:
        more = ((name, all_.get(name)) for name in asked.include if name not in words.usual)
        return (*words.usual.items(), *more)
    return tuple((name, all_.get(name)) for name in asked.names)


def _names(
    tellers: Mapping[str, Teller[T]], thing: T, dead: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    live = [name for name, tell in tellers.items() if tell(thing) is not None]
    return [xml.empty(name) for name in (*live, *dead)], []


def _values(
    tellers: Sequence[tuple[str, Teller[T] | None]], thing: T, dead: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    there: list[str] = []
    missing: list[str] = []
    for name, tell in tellers:
        value = dead.get(name) if tell is None else tell(thing)
        if value is None:
            missing.append(name)
        else:
            there.append(value)
    return there, missing


def refused(
    changes: Sequence[Change], names: Collection[str], condition: str = "cannot-modify-protected-property"
) -> list[str]:
    """The outcomes of changes of which none is made, since some are of these properties; none where there are none."""
    guilty = dict.fromkeys(change.name for change in changes if change.name in names)
    others = dict.fromkeys(change.name for change in changes if change.name not in names)
    if not guilty:
        return []
    said = [propstat("".join(map(xml.empty, guilty)), 403, condition)]
    return said + ([propstat("".join(map(xml.empty, others)), 424)] if others else [])


def accepted(changes: Sequence[Change]) -> list[str]:
    """The outcomes of changes that were all made."""
    return [propstat("".join(map(xml.empty, dict.fromkeys(change.name for change in changes))), 200)]


def merged(dead: Mapping[str, str], changes: Sequence[Change]) -> dict[str, str]:
    """Dead properties after changes, in their order."""
    kept = dict(dead)
    for change in changes:
        if change.element:
            kept[change.name] = change.element
        else:
            kept.pop(change.name, None)
    return kept


def size(dead: Mapping[str, str]) -> int:
    """How many characters they take."""
    return sum(len(name) + len(value) for name, value in dead.items())
