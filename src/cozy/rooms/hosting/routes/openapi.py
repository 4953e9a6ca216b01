"""The description of the API (https://spec.openapis.org/oas/v3.1.0), made from its routes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from cozy import __version__
from cozy.kernel.routes import Route

from .asking import ASKS, TAKES

_HOLE = re.compile(r"\{([a-z_]+)(?::path)?\}")
_STATUS = re.compile(r"\b[2-5]\d\d\b")
_REFS = "#/components/schemas/{name}"


def described(table: Sequence[Route]) -> dict[str, Any]:
    """Every route, with its parameters and what it may answer."""
    paths: dict[str, dict[str, Any]] = {}
    for route in sorted(table, key=lambda each: each.path):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cozy, administration", "version": __version__},
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            }
        },
        "security": [{"bearer": []}, {"basic": []}],
    }


def _operation(route: Route) -> dict[str, Any]:
    text = inspect.getdoc(route.handler) or ""
    said = " ".join(text.split())
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": said.split(". ", 1)[0].rstrip(".") + ".",
        "parameters": [*_holes(route), *_query(route)],
        "responses": {status: {"description": _meaning(status)} for status in _statuses(said)},
    }
    body = route.body if route.body is not None else vars(route.handler).get(TAKES)
    if body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": _schema(body)}}}
    return operation


def _holes(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": hole, "in": "path", "required": True, "schema": {"type": "string"}}
        for hole in _HOLE.findall(route.path)
    ]


def _query(route: Route) -> list[dict[str, Any]]:
    shape = vars(route.handler).get(ASKS)
    if shape is None:
        return []
    whole = _schema(shape)
    needed = whole.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, **_told(schema)}
        for name, schema in whole["properties"].items()
    ]


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    """What a parameter is; it may be left out, and is never null."""
    plain = next((each for each in schema.get("anyOf", ()) if each != {"type": "null"}), schema)
    shown = {name: value for name, value in plain.items() if name not in {"default", "description"}}
    return {"description": plain.get("description", ""), "schema": shown}


def _schema(shape: Any) -> dict[str, Any]:
    """The JSON schema of a type, with everything in its place."""
    (schema,), parts = msgspec.json.schema_components([shape], ref_template=_REFS)
    return parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _statuses(said: str) -> list[str]:
    return sorted({*_STATUS.findall(said), "401"})


def _meaning(status: str) -> str:
    return HTTPStatus(int(status)).phrase
