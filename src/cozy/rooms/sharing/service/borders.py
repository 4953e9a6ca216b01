"""What an invitation may be about: nothing that is in this home already.

The rules of a sharing come from whoever shares. The ids in them are made for this home and new here; one that is known here
was guessed, or seen elsewhere, and would let others into what is its owner's alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query

from ..errors import ReachesIn
from ..model import REFERRED, Rule, Sharing
from ..model.ids import xored

_AT_ONCE = 250
_IN_EVERY_HOME = frozenset(
    {"personal", "birthdays"}
)  # calendars, of which anybody knows the ids, be there anything in them or not


def check(work: Work, sharing: Sharing, key: bytes | None = None) -> None:
    """Make sure that no rule of an invitation is about what is here. key: of both homes, once it is known. Raises ReachesIn.

    Of a drive nothing is copied: its ids are those of the home that it lies in.
    """
    if sharing.drive:
        return
    copied = {value for rule in sharing.rules if rule.is_by_id for value in rule.values}
    for rule in sharing.rules:
        if rule.local:
            continue
        if _is_about_ours(work, rule, key or b"") or (
            key is not None and _is_in_every_home(rule, key, copied)
        ):
            raise ReachesIn(doctype=rule.doctype)


def _is_in_every_home(rule: Rule, key: bytes, copied: set[str]) -> bool:
    """Whether a rule is about what every home has, and not about a copy of that: events of a calendar that is shared name it
    as the owner's home does.
    """
    known = _IN_EVERY_HOME.intersection(rule.values)
    if rule.is_by_id:
        return bool(known)
    return any(xored(value, key) == value or xored(value, key) not in copied for value in known)


def _is_about_ours(work: Work, rule: Rule, key: bytes) -> bool:
    if rule.is_by_id:
        return _is_here(work, rule.doctype, rule.values)
    if rule.selector == REFERRED:
        named = [value.partition("/") for value in rule.values]
        return any(_is_here(work, doctype, [id_]) for doctype, _, id_ in named)
    return _is_held(work, rule, {*rule.values, *(xored(value, key) for value in rule.values)})


def _is_here(work: Work, doctype: str, ids: Sequence[str]) -> bool:
    batches = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    return any(documents.fetch_many(work, doctype, list(batch)) for batch in batches)


def _is_held(work: Work, rule: Rule, values: Iterable[str]) -> bool:
    """Whether a document here says of itself what the rule is about, in a member or in a list of them."""
    wanted = {"$in": sorted(values)}
    either = {"$or": [{rule.selector: wanted}, {rule.selector: {"$elemMatch": wanted}}]}
    return bool(documents.find(work, rule.doctype, Query(selector=either, limit=1)).documents)
