"""What a sharing is about in this home: its rules, as documents here meet them, and the folders that they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

import msgspec

from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.rooms.files.model import File
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import REFERRED, Peer, Rule, Sharing
from cozy.rooms.sharing.model.ids import xored

from ..model import Shared, rules
from ..model.rules import FILES, Deed

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(slots=True)
class Scope:
    """A sharing, its rules as documents of this home meet them, and what was looked up of its folders."""

    sharing: Sharing
    rules: tuple[Rule, ...]
    names: Mapping[str, str]  # ids that travel otherwise than they are here: as they travel, as they are
    peers: Sequence[Peer]
    _roots: dict[str, File | None] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Of the sharing."""
        return self.sharing.id

    @property
    def by_owner(self) -> bool:
        """Whether this home is the owner's."""
        return self.sharing.owner

    def travels(self, rule: Rule, deed: Deed) -> bool:
        """Whether what is done in this home reaches the others."""
        return rules.travels(rule, deed, by_owner=self.by_owner) and not self.is_muted

    @property
    def is_muted(self) -> bool:
        """Whether what is changed in this home stays here: it may only look."""
        return not self.sharing.owner and self.sharing.is_read_only(self.sharing.me)

    def peer(self, index: int) -> Peer | None:
        """The home of a member, where this one talks to it."""
        return next((peer for peer in self.peers if peer.index == index), None)

    def folder_as_owner_knows(self, rule: Rule, id_: str) -> str:
        """The id that a folder has in the owner's home, for what is to be said alike everywhere; "" where it does not travel."""
        if rule.selector == REFERRED or id_ in rule.values:
            return ""
        return id_ if self.by_owner or not self.peers else xored(id_, self.peers[0].key)

    def doctypes(self) -> set[str]:
        """Of which documents may be in it."""
        return {rule.doctype for rule in self.rules if not rule.local}

    def root(self, work: Work, rule: Rule) -> File | None:
        """The folder or file that a rule names, where it is there."""
        id_ = rule.values[0]
        if id_ not in self._roots:
            self._roots[id_] = tree.look(work, id_)
        return self._roots[id_]

    def forget_roots(self) -> None:
        """Look again."""
        self._roots.clear()

    def rule_of(
        self, work: Work, doctype: str, id_: str, body: Mapping[str, Any], path: str = ""
    ) -> int | None:
        """The index of the rule that a living document meets. path: of the folder that a file is in, or of a folder."""
        for index, rule in enumerate(self.rules):
            if rule.local or rule.doctype != doctype:
                continue
            if doctype == FILES and rule.is_by_id:
                if self._is_below(work, rule, id_, body, path):
                    return index
            elif rules.picks(rule, doctype, id_, body):
                return index
        return None

    def _is_below(self, work: Work, rule: Rule, id_: str, body: Mapping[str, Any], path: str) -> bool:
        root = self.root(work, rule)
        if root is None or root.is_trashed:
            return False
        if not root.is_folder:
            return id_ == root.id
        is_inside = f"{path}/".startswith(f"{root.path}/")
        return is_inside and id_ != root.id

    def is_one_file(self, work: Work, rule: Rule) -> bool:
        """Whether a rule is about one file and no folder."""
        root = self.root(work, rule)
        return bool(rule.mime) or (root is not None and not root.is_folder)

    def is_root(self, id_: str) -> bool:
        """Whether this is the folder of a rule, which is in the sharing itself and does not travel."""
        return any(
            rule.is_by_id and rule.doctype == FILES and not rule.mime and id_ in rule.values
            for rule in self.rules
        )


def scope_of(work: Work, sharing: Sharing) -> Scope:
    """The scope of a sharing."""
    peers = sharings.peers(work, sharing)
    key = b"" if sharing.owner or not peers else peers[0].key
    names = rules.bound(sharing, key)
    return Scope(sharing, rules.here(sharing, names), names, peers)


def scope(work: Work, sharing_id: str) -> Scope:
    """The same by the id of the sharing. Raises NoSharing."""
    return scope_of(work, sharings.fetch(work, sharing_id))


def scopes(work: Work) -> list[Scope]:
    """Of all sharings that are active, but not of drives, of which there are no copies."""
    return [scope_of(work, sharing) for sharing in sharings.active(work) if not sharing.drive]


def file_of(document: Document) -> File:
    """A file out of its document."""
    return File(document.id, document.rev, document.body, document.revisions)


def view_of(file: File, rule: Rule) -> str:
    """A digest of what others see of a file: what changes nothing of it is nobody else's business."""
    seen = tree.view(file)
    if rule.selector == REFERRED:
        seen["links"] = sorted(set(rules.references(file.body)) & set(rule.values))
    elif file.id not in rule.values:
        seen["in"] = "" if file.dir_id in rule.values else file.dir_id
    return md5(_encode(seen), usedforsecurity=False).hexdigest()


def is_in(shared: Shared, sharing_id: str) -> bool:
    """Whether a document is in a sharing now, as far as was looked."""
    info = shared.infos.get(sharing_id)
    return info is not None and not info.removed
