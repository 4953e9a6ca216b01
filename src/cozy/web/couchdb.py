"""Errors as CouchDB tells them (https://docs.couchdb.org/en/stable/json-structure.html), as cozy-stack's /data does."""

from __future__ import annotations

from typing import Any

from cozy.kernel.problem import Problem

_NAMES = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    409: "conflict", 412: "precondition_failed", 413: "too_large", 422: "unprocessable", 429: "too_many_requests",
    500: "internal_server_error", 503: "service_unavailable", 507: "insufficient_storage",
}  # fmt: skip


def problem(error: Problem, status: int) -> dict[str, Any]:
    """The body of a refusal; the facts `error` and `reason` speak before the kind and the sentence."""
    return {
        "ok": False,
        "status": str(status),
        "error": error.facts.get("error") or _NAMES.get(status, error.kind),
        "reason": error.facts.get("reason") or error.said or error.detail,
    }
