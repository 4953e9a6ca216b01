"""What the owner sees of a live folder: that there is one, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.work import Work

from .model import FILES, INBOX


def on_storage(work: Work) -> tuple[str, Mapping[str, Any]] | None:
    """Where it is."""
    place = work.hosted.live_folder
    if not place:
        return None
    return "live_folder/on_storage.html", {"files": f"{place}/{FILES}", "inbox": INBOX}
