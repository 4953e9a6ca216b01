"""What files asks of the rooms above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from cozy.kernel.work import Work


class OnStorage(Protocol):
    """Knows something of where the files of this home are, for the page of settings about storage."""

    def __call__(self, work: Work) -> tuple[str, Mapping[str, Any]] | None:
        """A template, and what it finds as `facts`; None where there is nothing to say."""
        ...
