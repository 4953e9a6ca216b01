"""OCS, the API of Nextcloud's clients: an envelope around JSON or XML (Open Collaboration Services 1.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import Response

from cozy.kernel.problem import Problem

from .answers import json
from .call import Call

XML = "application/xml; charset=utf-8"
_OK = {True: 200, False: 100}  # by whether it is version 2, which says what HTTP says
_CODES = {401: 997, 404: 998, 405: 998}


def answer(call: Call, data: Mapping[str, Any]) -> Response:
    """What was asked for."""
    code = _OK["/v2.php/" in call.request.url.path]
    return _enveloped(call, {"status": "ok", "statuscode": code, "message": "OK"}, data, 200)


def problem(call: Call, problem: Problem, status: int) -> Response:
    """A refusal."""
    meta = {"status": "failure", "statuscode": _CODES.get(status, status), "message": problem.detail}
    return _enveloped(call, meta, {}, status)


def _enveloped(call: Call, meta: Mapping[str, Any], data: Mapping[str, Any], status: int) -> Response:
    """As JSON where that is asked for, else as XML."""
    whole = {"ocs": {"meta": meta, "data": data or []}}
    if call.query("format") == "json" or (not call.query("format") and "json" in call.header("accept")):
        return json(whole, status)
    return Response(f'<?xml version="1.0"?>\n{_written(whole)}\n', status, media_type=XML)


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_written(each)}</{name}>" for name, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(f"<element>{_written(each)}</element>" for each in value)
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    return escape(str(value))
