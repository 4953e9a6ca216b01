"""What homes ask of the rooms above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from cozy.kernel.work import Work


class Furnish(Protocol):
    """Puts into a new home what a room needs there, in the transaction that creates it."""

    def __call__(self, work: Work, locale: str) -> None:
        """Furnish."""
        ...


class InstanceFacts(Protocol):
    """Knows of a room something that `/settings/instance` tells: members of cozy-stack's docs/settings.md."""

    def __call__(self, work: Work) -> Mapping[str, Any]:
        """The members."""
        ...


class Capabilities(Protocol):
    """Knows of a room something that `/settings/capabilities` tells."""

    def __call__(self, work: Work) -> Mapping[str, bool]:
        """The members."""
        ...
