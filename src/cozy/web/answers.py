"""Answers: JSON, redirects, nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.responses import Response

JSON = "application/json"
_ADDRESS = "!#$%&'()*+,/:;=?@[]~"  # what an address is made of beside letters and digits (RFC 3986 §2)
encoded = msgspec.json.Encoder().encode


def json(
    value: Any, status: int = 200, *, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer."""
    return Response(encoded(value), status, dict(headers or {}), media_type)


def nothing(status: int = 204) -> Response:
    """An answer without a body."""
    return Response(status_code=status)


def see_other(url: str) -> Response:
    """After a form: go and look there (RFC 9110 §15.4.4). Letters that no header can hold are percent-encoded."""
    return Response(status_code=303, headers={"location": quote(url, safe=_ADDRESS)})
