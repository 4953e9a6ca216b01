"""What is answered in XML: statuses, responses, and lists of them (RFC 4918 §14). All inside `xml.NAMESPACES`."""

from __future__ import annotations

from collections.abc import Iterable

from . import xml

_PHRASES = {
    200: "OK", 201: "Created", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 423: "Locked", 424: "Failed Dependency",
    507: "Insufficient Storage",
}  # fmt: skip
START = f"<d:multistatus {xml.NAMESPACES}>"
END = "</d:multistatus>"


def status(code: int) -> str:
    """A status as an element."""
    return f"<d:status>HTTP/1.1 {code} {_PHRASES[code]}</d:status>"


OK = status(200)


def propstat(props: str, code: int, condition: str = "") -> str:
    """Properties that share an outcome (§14.22). condition: as `xml.error` takes it."""
    error = f"<d:error>{xml.condition(condition)}</d:error>" if condition else ""
    return f"<d:propstat><d:prop>{props}</d:prop>{status(code)}{error}</d:propstat>"


def response(href: str, inside: str) -> str:
    """What is told of one address (§14.24). href: safe in XML."""
    return f"<d:response><d:href>{href}</d:href>{inside}</d:response>"


def outcome(href: str, code: int, condition: str = "") -> str:
    """The same, where a status is all that there is to tell."""
    error = f"<d:error>{xml.condition(condition)}</d:error>" if condition else ""
    return response(href, status(code) + error)


def multistatus(responses: Iterable[str]) -> str:
    """§14.16"""
    return f"{START}{''.join(responses)}{END}"
