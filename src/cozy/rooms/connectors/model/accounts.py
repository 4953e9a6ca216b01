"""What an account's document and its trigger say of how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct


class Run(Struct, frozen=True):
    """What a run did, as the connector noted it (sdk/running.py)."""

    at: str = ""
    job: str = ""
    files: int = 0
    updated: int = 0
    bills: int = 0
    known: int = 0
    dry_run: bool = False


def runs_of(account: Mapping[str, Any]) -> dict[str, Run]:
    """The last runs of an account by their jobs, as far as what is written there can be read."""
    data = account.get("data")
    listed = data.get("runs") if isinstance(data, Mapping) else None
    found = {}
    for each in listed if isinstance(listed, list) else ():
        try:
            run = msgspec.convert(each, Run)
        except msgspec.ValidationError:
            continue
        found[run.job] = run
    return found


def asked_of(message: Any) -> Mapping[str, Any]:
    """What a trigger or a job of a connector says."""
    return message if isinstance(message, Mapping) else {}
