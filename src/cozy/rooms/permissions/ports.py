"""What permissions asks of the rooms above."""

from __future__ import annotations

from typing import Protocol

from cozy.kernel.work import Work


class Codes(Protocol):
    """Makes the long code of a link: a token of this home, of which there is no other."""

    def __call__(self, work: Work, label: str) -> str:
        """A new code. label: how the code is called among those of its link."""
        ...


class Looked(Protocol):
    """Hears that somebody looked, with a code, at what is offered to them."""

    def __call__(self, work: Work, sharing_id: str, label: str) -> None:
        """label: of the code."""
        ...
