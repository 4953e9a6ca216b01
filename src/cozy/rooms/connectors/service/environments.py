"""What programs of the ecosystem find in their environment (cozy-stack docs/konnectors-workflow.md, docs/apps.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs.model import Task

from ..model import Files
from . import runs

PAYLOAD = "cozy_payload.json"
PAYLOAD_LIMIT = 100_000  # bytes in the environment; larger ones are in a file


def common(work: Work, task: Task, token: str, language: str) -> dict[str, str]:
    """What every program is told."""
    told = {
        "COZY_URL": f"{work.origin}/",
        "COZY_CREDENTIALS": token,
        "COZY_LANGUAGE": language,
        "COZY_LOCALE": homes.instance.read(work).body.get("locale", "en"),
        "COZY_TIME_LIMIT": str(runs.limit_s(work, task)),
        "COZY_JOB_ID": task.id,
    }
    return told | ({"COZY_TRIGGER_ID": task.trigger_id} if task.trigger_id else {})


def text(value: Any) -> str:
    """A value as JSON."""
    return msgspec.json.encode(value).decode()


def payload(task: Task) -> tuple[str, Files]:
    """What a webhook brought: as it is in the environment, and the file that it is in when it is too long for that."""
    if task.payload is None:
        return "", ()
    told = msgspec.json.encode(task.payload)
    return (told.decode(), ()) if len(told) <= PAYLOAD_LIMIT else (f"@{PAYLOAD}", ((PAYLOAD, told),))


def together(*parts: Files) -> Iterable[tuple[str, bytes]]:
    """The files of several lists."""
    for part in parts:
        yield from part
