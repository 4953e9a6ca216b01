"""What somebody may see of a sharing who has not said yes: a permission with a code for each of them (cozy-stack
docs/permissions.md, share-preview and share-interact).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec.structs import replace as changed

from cozy.kernel.work import Work

from ..model import Permission, Rule
from . import grants, history, keeping, links

Type = Literal["share-preview", "share-interact"]


def of_sharing(work: Work, type_: Type, sharing_id: str) -> Permission | None:
    """The permission that the codes of a sharing open, if there is one."""
    return grants.of_source(work, type_, sharing_id)


def offer(
    work: Work, type_: Type, sharing_id: str, rules: Mapping[str, Rule], labels: Sequence[str], slug: str = ""
) -> Permission:
    """The permission with a code for each of these labels, and for no other. slug: of the app that shares."""
    known = of_sharing(work, type_, sharing_id)
    wanted = known or Permission(
        id="", rev="", type=type_, source_id=sharing_id, rules=rules, metadata=history.new(work, slug)
    )
    codes = {label: wanted.codes.get(label) or links.long_code(work, label) for label in labels}
    shortcodes = {label: wanted.shortcodes.get(label) or links.free_code(work) for label in labels}
    kept = changed(wanted, rules=rules, codes=codes, shortcodes=shortcodes, expires_at="")
    return keeping.replace(work, known, kept) if known else keeping.add(work, kept)


def label_of(permission: Permission, code: str) -> str:
    """The label of a code, long or short; "" when it is none of this permission."""
    both = [*permission.codes.items(), *permission.shortcodes.items()]
    return next((label for label, known in both if known == code), "")


def end(work: Work, type_: Type, sharing_id: str) -> None:
    """Let none of its codes open anything any more. Publishes GrantEnded."""
    if known := of_sharing(work, type_, sharing_id):
        keeping.remove(work, known)
