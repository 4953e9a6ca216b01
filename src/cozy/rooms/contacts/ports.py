"""What contacts asks of the rooms above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document


class Beside(Protocol):
    """Knows something of a person that stands on their page beside what their card says."""

    def __call__(self, work: Work, contact: Document) -> tuple[str, Mapping[str, Any]] | None:
        """A template, and what it finds as `facts`; None where there is nothing to say."""
        ...
