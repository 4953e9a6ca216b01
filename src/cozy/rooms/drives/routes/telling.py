"""Answers of /files, told as of a drive: whose each thing is, and addresses that lead through the drive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response

from cozy.kernel.caller import SYSTEM
from cozy.web import jsonapi
from cozy.web.answers import JSON, encoded
from cozy.web.call import Call

from .. import service
from ..model import FILES, ROUTES, Opened

_LED = ("tiny", "small", "medium", "large", "related", "next", "href")
_PREFIX = "/files/"
DRIVES_SCHEMA = "io.cozy.files.shared-drives-dir/1"  # of paths in the feed of changes, and its version


def token_of(call: Call) -> str:
    """The token that came with a request."""
    scheme, _, value = call.header("authorization").partition(" ")
    return (
        value.strip() if scheme.lower() == "bearer" else call.query("bearer_token") or call.query("sharecode")
    )


def of(call: Call, drive: Opened) -> Callable[[Response], Awaitable[Response]]:
    """What is done with an answer about this drive."""

    async def finish(response: Response) -> Response:
        if location := response.headers.get("location"):
            response.headers["location"] = location.replace(
                f"{call.home.origin}{_PREFIX}", f"{call.home.origin}{_way(drive.id)}"
            )
        if response.media_type == jsonapi.MEDIA_TYPE:
            _put(response, _told(msgspec.json.decode(response.body), drive.id))
        return response

    return finish


def _way(drive_id: str) -> str:
    return f"{ROUTES}/{drive_id}/"


def _put(response: Response, value: Any) -> None:
    response.body = encoded(value)
    response.headers["content-length"] = str(len(response.body))


def _told(document: Any, drive_id: str) -> Any:
    data = document.get("data")
    for resource in [*(data if isinstance(data, list) else [data]), *document.get("included", ())]:
        if isinstance(resource, dict):
            _tell(resource, drive_id)
    _lead(document.get("links"), drive_id)
    return document


def _tell(resource: dict[str, Any], drive_id: str) -> None:
    attributes = resource.get("attributes")
    if isinstance(attributes, dict):
        _lead(attributes, drive_id)
        if resource.get("type") == FILES:
            attributes["driveId"] = drive_id
    _lead(resource.get("links"), drive_id)
    contents = resource.get("relationships", {}).get("contents")
    if isinstance(contents, dict):
        _lead(contents.get("links"), drive_id)


def _lead(links: Any, drive_id: str) -> None:
    """Let addresses lead through the drive; that of a thing itself stays, as in cozy-stack."""
    for name in _LED if isinstance(links, dict) else ():
        value = links.get(name)
        if isinstance(value, str) and value.startswith(_PREFIX):
            links[name] = _way(drive_id) + value.removeprefix(_PREFIX)


async def changes(call: Call, drive: Opened, response: Response) -> Response:
    """The feed, in which whatever does not lie in the drive is deleted, or left out where deletions are not asked for."""
    feed = msgspec.json.decode(response.body)
    living = [change["id"] for change in feed["results"] if not change.get("deleted")]
    paths = await call.house.scan(call.home, SYSTEM, service.inside, drive, living)
    told = [_change(change, drive, paths) for change in feed["results"]]
    if drive.is_file:
        told = [each for each in told if each["id"] == drive.root]
    if call.query("skip_deleted"):
        told = [each for each in told if not each.get("deleted")]
    call.uses.clear()
    call.account(len(told))
    _put(response, {**feed, "results": told})
    response.media_type = JSON
    return response


def _change(change: dict[str, Any], drive: Opened, paths: dict[str, str]) -> dict[str, Any]:
    if change.get("deleted") and change["id"] not in paths:
        return {**change, **({"doc": _gone(change)} if "doc" in change else {})}
    if change["id"] not in paths:
        gone = {name: change[name] for name in ("id", "seq", "changes")}
        return {**gone, "deleted": True, **({"doc": _gone(change)} if "doc" in change else {})}
    doc = change.get("doc")
    if doc is None:
        return change
    place = {"path": f"//{DRIVES_SCHEMA}/{drive.id}{paths[change['id']]}"} if "path" in doc else {}
    return {**change, "doc": {**doc, **place, "driveId": drive.id}}


def _gone(change: dict[str, Any]) -> dict[str, Any]:
    """A tombstone, which says nothing of what was there."""
    return {"_id": change["id"], "_rev": change["changes"][0]["rev"], "_deleted": True}
