"""The pages of apps as templates: the part of Go's html/template that they use.

`{{.Token}}`, `{{- .Token -}}`, comments, and `{{if}}…{{else}}…{{end}}` over `not`, `and`, `or`, `eq`, `ne`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import places
from .places import Escape, Place


class Html(str):
    """A value that is markup of ours already."""

    __slots__ = ()


Value = str | bool
Values = Callable[[str], Value]  # the value of a variable, by its name

_ACTION = re.compile(r"\{\{(?P<left>-(?=\s))?(?P<said>[^{}]{0,500}?)(?P<right>(?<=\s)-)?\}\}")
_COMMENT = re.compile(r"/\*.*\*/", re.DOTALL)
_WORD = re.compile(
    r"""\s*(?:(?P<field>\.[A-Za-z_]\w*)|(?P<name>[a-z]+)|(?P<text>"(?:\\.|[^"\\])*"|`[^`]*`)|(?P<mark>[()]))"""
)
_FUNCTIONS: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "not": lambda given: not given[0],
    "and": lambda given: next((value for value in given if not value), given[-1]),
    "or": lambda given: next((value for value in given if value), given[-1]),
    "eq": lambda given: any(given[0] == other for other in given[1:]),
    "ne": lambda given: given[0] != given[1],
}
_LEAST = {"not": 1, "and": 1, "or": 1, "eq": 2, "ne": 2}


class NotATemplate(Exception):
    """A text that holds `{{` and is no template of this kind: it is sent as it is."""


@dataclass(frozen=True, slots=True)
class _Text:
    text: str

    def write(self, values: Values) -> Iterator[str]:
        yield self.text


@dataclass(frozen=True, slots=True)
class _Shown:
    expression: Callable[[Values], Value]
    escape: Escape

    def write(self, values: Values) -> Iterator[str]:
        value = self.expression(values)
        yield str(value) if isinstance(value, Html) and self.escape is places.html else self.escape(value)


@dataclass(frozen=True, slots=True)
class _Choice:
    condition: Callable[[Values], Value]
    then: Sequence[_Node]
    otherwise: Sequence[_Node]

    def write(self, values: Values) -> Iterator[str]:
        for node in self.then if self.condition(values) else self.otherwise:
            yield from node.write(values)


_Node = _Text | _Shown | _Choice
_Parts = deque[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Template:
    """A page, read once."""

    nodes: Sequence[_Node]

    def render(self, values: Values) -> str:
        """The page with these values in it."""
        return "".join(piece for node in self.nodes for piece in node.write(values))


@lru_cache(maxsize=256)
def parsed(text: str) -> Template:
    """The template that a text is. Raises NotATemplate."""
    try:
        nodes, ended_by, _ = _block(deque(_parts(text)), Place())
    except RecursionError as error:
        raise NotATemplate from error
    if ended_by:
        raise NotATemplate
    return Template(nodes)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Texts and what is said between braces after each: (text, said)."""
    at, trims = 0, False
    for found in _ACTION.finditer(text):
        part = text[at : found.start()]
        part = part.lstrip() if trims else part
        said = found["said"].strip()
        yield part.rstrip() if found["left"] else part, "" if _COMMENT.fullmatch(said) else said
        at, trims = found.end(), bool(found["right"])
    rest = text[at:]
    if "{{" in rest:
        raise NotATemplate
    yield rest.lstrip() if trims else rest, ""


def _block(parts: _Parts, place: Place) -> tuple[list[_Node], str, Place]:
    """Nodes up to an `else` or `end`, which of them it was, and where in the HTML that is."""
    nodes: list[_Node] = []
    while parts:
        text, said = parts.popleft()
        if "{{" in text:
            raise NotATemplate
        place.read(text)
        nodes.append(_Text(text))
        word = said.partition(" ")[0]
        if word in {"else", "end"}:
            return nodes, said, place
        if word == "if":
            node, place = _choice(said[2:], parts, place)
            nodes.append(node)
        elif said:
            nodes.append(_Shown(_expression(said), place.escape()))
    return nodes, "", place


def _choice(condition: str, parts: _Parts, place: Place) -> tuple[_Node, Place]:
    """Both branches must end at the same place, else what comes after could not be told."""
    asked = _expression(condition)
    then, ended_by, after = _block(parts, place.copy())
    otherwise: Sequence[_Node] = ()
    if ended_by.startswith("else if "):
        node, place = _choice(ended_by[8:], parts, place)
        otherwise = [node]
    elif ended_by == "else":
        otherwise, ended_by, place = _block(parts, place)
    if (
        not ended_by
        or (ended_by != "end" and not ended_by.startswith("else if "))
        or after.key() != place.key()
    ):
        raise NotATemplate
    return _Choice(asked, then, otherwise), place


def _expression(said: str) -> Callable[[Values], Value]:
    expression, rest = _call(_words(said))
    if rest:
        raise NotATemplate
    return expression


def _words(said: str) -> list[tuple[str, str]]:
    words: list[tuple[str, str]] = []
    at, said = 0, said.rstrip()
    while at < len(said):
        found = _WORD.match(said, at)
        if found is None or found.lastgroup is None:
            raise NotATemplate
        words.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return words


def _call(words: list[tuple[str, str]]) -> tuple[Callable[[Values], Value], list[tuple[str, str]]]:
    """A value alone, or a function and what it is given."""
    if not words:
        raise NotATemplate
    kind, word = words[0]
    if kind != "name" or word in {"true", "false"}:
        return _operand(words)
    function = _FUNCTIONS.get(word)
    if function is None:
        raise NotATemplate
    given: list[Callable[[Values], Value]] = []
    rest = words[1:]
    while rest and rest[0][1] != ")":
        operand, rest = _operand(rest)
        given.append(operand)
    if len(given) < _LEAST[word]:
        raise NotATemplate
    return lambda values: function([each(values) for each in given]), rest


def _operand(words: list[tuple[str, str]]) -> tuple[Callable[[Values], Value], list[tuple[str, str]]]:
    (kind, word), rest = words[0], words[1:]
    if kind == "field":
        return lambda values: values(word[1:]), rest
    if kind == "text":
        said = _unquoted(word)
        return lambda values: said, rest
    if word in {"true", "false"}:
        return lambda values: word == "true", rest
    if word == "(":
        inner, rest = _call(rest)
        if rest and rest[0][1] == ")":
            return inner, rest[1:]
    raise NotATemplate


def _unquoted(word: str) -> str:
    return word[1:-1] if word[0] == "`" else re.sub(r"\\(.)", r"\1", word[1:-1])
