"""The words of what the owner is told about exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.clock import parse
from cozy.rooms.notifications.ports import Kind, Said, Words
from cozy.ui import N_, formats

from .. import service


def _ready(words: Words, values: Mapping[str, Any]) -> Said:
    """values: until, when it is removed."""
    text = words.gettext(
        N_("Fetch it before %(day)s; then it is removed. Your home stays as it is."),
        day=formats.day(parse(values["until"]).date(), words.locale),
    )
    return Said(words.gettext(N_("Everything is ready to be taken along")), text)


KINDS = (Kind(name=service.NOTICE, label=N_("What you take along"), icon="package", say=_ready),)
