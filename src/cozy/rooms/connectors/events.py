"""What connectors tell."""

from __future__ import annotations

from cozy.kernel.work import Event


class AccountLeft(Event, frozen=True):
    """An account was removed, and its owner wants nothing to stay of what it brought. folder_id: where that was put."""

    account_id: str
    folder_id: str = ""
