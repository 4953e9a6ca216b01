"""Rule: which changes of documents an `@event` trigger waits for (cozy-stack docs/jobs.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from cozy.kernel.bus import Change
from cozy.kernel.selectors import held, texts

VERBS = frozenset({"CREATED", "UPDATED", "DELETED"})
CHANGED = "!="
_DOCTYPE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,127}")
_MOST = 50


class Rule(Struct, frozen=True):
    """`io.cozy.files:CREATED,UPDATED:image:class`. No values: any document; no selector: the values are ids."""

    doctype: str
    verbs: frozenset[str] = VERBS
    values: tuple[str, ...] = ()
    selector: str = ""

    def fits(self, change: Change) -> bool:
        """Whether it waits for such a change, as far as the document itself can tell."""
        if change.doctype != self.doctype or change.verb not in self.verbs:
            return False
        if not self.values:
            return True
        if not self.selector:
            return change.id in self.values
        if self.values == (CHANGED,):
            is_update = change.verb == "UPDATED"
            return not is_update or held(change.before, self.selector) != held(change.body, self.selector)
        return self._picks(change.body) or self._picks(change.before)

    @property
    def names_ids(self) -> bool:
        """Whether its values are ids, of documents or of what these are in."""
        return bool(self.values) and not self.selector

    def _picks(self, body: Mapping[str, Any]) -> bool:
        return any(text in self.values for text in texts(body, self.selector))


@lru_cache(maxsize=1024)
def rules(arguments: str) -> tuple[Rule, ...]:
    """Read the arguments of an `@event` trigger: rules apart by spaces. Raises ValueError."""
    found = tuple(_rule(part) for part in arguments.split())
    if not 0 < len(found) <= _MOST:
        raise ValueError("an event has a doctype")
    return found


def _rule(text: str) -> Rule:
    parts = text.split(":")
    if len(parts) > 4 or not _DOCTYPE.fullmatch(parts[0]):
        raise ValueError(f"no rule: {text}")
    doctype, verbs, values, selector = [*parts, "", "", ""][:4]
    if verbs in {"", "ALL"}:
        named = VERBS
    else:
        named = frozenset(verbs.split(","))
        if not named <= VERBS:
            raise ValueError(f"no verb: {verbs}")
    return Rule(doctype, named, tuple(value for value in values.split(",") if value), selector)
