"""Definition: a request as its text file says it, and what it becomes with an app's words."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Literal, cast
from urllib.parse import quote, quote_plus, urlsplit

import msgspec
from msgspec import Struct

from .errors import BadDefinition, BadVariables, MissingVariable

DOCTYPES, REQUESTS = "io.cozy.doctypes", "io.cozy.remote.requests"
Verb = Literal["GET", "POST"]
_HOLE = re.compile(r"\{\{([0-9A-Za-z_ ]+)\}\}")
_SEGMENT = "$&+=:@"  # what may stand in a part of a path beside letters (RFC 3986 §3.3)
_SECRET = "secret_"  # noqa: S105 -- how the names of secrets begin
_OURS = {"host", "connection", "content-length", "transfer-encoding"}  # headers that the client makes itself

# What is passed on: data, pictures, sound and film; no page and no script.
MEDIA_TYPES = {
    "application/json", "application/sparql-results+json", "application/vnd.api+json", "application/xml",
    "text/plain", "text/xml",
}  # fmt: skip
MEDIA_CLASSES = {"audio", "image", "video"}


class Definition(Struct, frozen=True):
    """A request with holes for the words of an app."""

    verb: Verb
    path: str  # with scheme and host
    query: str
    headers: Mapping[str, str]
    body: str


class Prepared(Struct, frozen=True):
    """A request to send. told: its address as people may see it, with the names of secrets in place of them."""

    verb: Verb
    url: str
    told: str
    headers: Mapping[str, str]
    body: bytes


def parsed(text: str, *, any_port: bool) -> Definition:
    """The definition in a file: a line of verb and address, lines of headers and, for POST, an empty one and the body.

    any_port: an address may name another port than that of its scheme. Raises BadDefinition.
    """
    first, *lines = text.replace("\r\n", "\n").split("\n")
    verb, _, address = first.partition(" ")
    if verb not in {"GET", "POST"}:
        raise BadDefinition
    end = lines.index("") if "" in lines else len(lines)
    body = "\n".join(lines[end + 1 :]) if verb == "POST" else ""
    path, query = _address(address.strip(), any_port)
    return Definition(cast(Verb, verb), path, query, dict(_header(line) for line in lines[:end]), body)


def _address(text: str, any_port: bool) -> tuple[str, str]:
    try:
        parts = urlsplit(text)
        is_usable = (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and (any_port or parts.port is None)
        )
    except ValueError as error:
        raise BadDefinition from error
    if not is_usable or "{{" in parts.netloc:
        raise BadDefinition
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path or '/'}", parts.query


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise BadDefinition
    return name.strip(), value.strip()


def prepared(
    definition: Definition, variables: Mapping[str, str], secrets: Mapping[str, str], agent: str
) -> Prepared:
    """A definition with its holes filled. Raises MissingVariable, BadVariables, BadDefinition."""

    def filled(text: str, default: str) -> str:
        return _filled(
            text, default, {**_named(secrets, list(secrets.values())), **_unless_secret(variables)}
        )

    def told(text: str, default: str) -> str:
        masks = [f"{_SECRET}{name}" for name in secrets]
        return _filled(text, default, {**_named(secrets, masks), **_unless_secret(variables)})

    headers = {"user-agent": agent} | {
        name.lower(): filled(value, "header") for name, value in definition.headers.items() if name.lower() not in _OURS
    }  # fmt: skip
    address = [
        say(definition.path, "path") + _asked(say(definition.query, "query")) for say in (filled, told)
    ]
    return Prepared(definition.verb, address[0], address[1], headers, filled(definition.body, "").encode())


def _named(secrets: Mapping[str, str], values: list[str]) -> dict[str, str]:
    return {f"{_SECRET}{name}": value for name, value in zip(secrets, values, strict=True)}


def _unless_secret(variables: Mapping[str, str]) -> dict[str, str]:
    """What an app gives; it cannot put words of its own in the place of a secret."""
    return {name: value for name, value in variables.items() if not name.startswith(_SECRET)}


def _asked(query: str) -> str:
    return f"?{query}" if query else ""


def _filled(text: str, default: str, values: Mapping[str, str]) -> str:
    """A text with values in its holes. default: how they are escaped; "" for as the hole itself says."""

    def value(hole: re.Match[str]) -> str:
        said = hole[1].strip()
        helper, _, name = said.rpartition(" ") if not default else (default, "", said)
        if name not in values:
            raise MissingVariable(name=name)
        escape = _ESCAPES.get(helper)
        if escape is None:
            raise BadDefinition(helper=helper)
        return escape(values[name])

    return _HOLE.sub(value, text)


def _in_path(value: str) -> str:
    if value in {".", ".."}:
        raise BadVariables  # a step, and no name: it would lead to another address
    return quote(value, safe=_SEGMENT)


_ESCAPES: Mapping[str, Callable[[str], str]] = {
    "": lambda value: value,
    "query": quote_plus,
    "path": _in_path,
    "header": lambda value: value.replace("\r", "\\r").replace("\n", "\\n"),
    "json": lambda value: msgspec.json.encode(value).decode()[1:-1],
    "html": html.escape,
}
