"""The words of what a host says to its homes: its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.rooms.notifications.model import Rule
from cozy.rooms.notifications.ports import Kind, Said, Words
from cozy.ui import N_

from .. import service


def _said(words: Words, values: Mapping[str, Any]) -> Said:
    return Said(values["title"], values["body"])


KINDS = (
    Kind(name=service.telling.KIND, label=N_("What your host says"), icon="bell", say=_said, rule=Rule()),
)
