"""The bus of one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from cozy.kernel.bus import Change, Listener

log = structlog.get_logger()


class LocalBus:
    """Listeners by home. A home that nobody listens to costs one look-up a change."""

    def __init__(self) -> None:
        self._listeners: dict[str, dict[object, Listener]] = {}

    def tell(self, home_id: str, changes: Sequence[Change]) -> None:
        """Call every listener of a home; what goes wrong in one keeps nothing from the others."""
        for listener in list(self._listeners.get(home_id, {}).values()):
            try:
                listener(changes)
            except Exception:
                log.exception("a listener failed", home=home_id)

    def hear(self, home_id: str, listener: Listener) -> Callable[[], None]:
        """Add a listener; returns what removes it."""
        key = object()
        self._listeners.setdefault(home_id, {})[key] = listener

        def end() -> None:
            listeners = self._listeners.get(home_id, {})
            listeners.pop(key, None)
            if not listeners:
                self._listeners.pop(home_id, None)

        return end
