"""What a connector says while it runs: a line of JSON each on standard output (cozy-stack docs/konnectors-workflow.md)."""

from __future__ import annotations

import json
import sys
from typing import Literal

Level = Literal["debug", "info", "warning", "error", "critical"]


def say(level: Level, message: str, **more: object) -> None:
    """Tell the home. An `error` or `critical` one means that the run failed; never say what a field holds."""
    line = json.dumps({"type": level, "message": message, **more}, ensure_ascii=False)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
