"""Files and folders of other homes arrive: they become what they are there, and nothing that was here is lost.

Every home decides alike, whatever comes first: of two revisions of a file the later one is what everybody ends with
(`model/revisions.py`). Where two people wrote into one file at once, what the earlier revision holds becomes a file of its own. Where
two chose one name, the owner's home keeps its own. A folder that is gone while something is put into it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cozy.kernel.blobs import Content
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import File
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.sharing.model import REFERRED, Rule

from ..errors import BadCopy, FolderMissing, NotInSharing
from ..model import Info, Shared, revisions, rules
from ..model.revisions import generation, is_later
from ..model.rules import FILES
from ..model.wire import Arrival, conflict_id
from . import anchors, keeping
from .scope import Scope, view_of
from .tracking import seen

_OWN = "io.cozy."  # how ids of folders begin that mean something in every home: each makes its own


@dataclass(slots=True)
class Coming:
    """Something that arrives, and what is known of it here. by_owner: it comes from the owner's home.

    homeless: folders that neither home has. steps: revisions that this home adds, where it does not become what it is there.
    """

    work: Work
    scope: Scope
    arrival: Arrival
    by_owner: bool
    homeless: frozenset[str]
    shared: Shared
    file: File | None
    at: int
    steps: list[str] = field(default_factory=list)

    @property
    def rev(self) -> str:
        """The revision that it has once it is here."""
        return self.chain[-1]

    @property
    def chain(self) -> list[str]:
        """The same, with those before it, the oldest first."""
        return [*self.arrival.chain, *self.steps]

    def differs(self, *why: str) -> None:
        """It does not become what it is there, of which everybody is to hear."""
        self.steps.append(revisions.following(self.rev, *why))

    @property
    def rule(self) -> Rule:
        """The one by which it is shared."""
        return self.scope.rules[self.at]

    @property
    def info(self) -> Info | None:
        """How it is, or was, in the sharing."""
        return self.shared.infos.get(self.scope.id)

    @property
    def is_here(self) -> bool:
        """Whether it is in the sharing in this home, too."""
        is_in = self.info is not None and not self.info.removed
        return is_in and self.file is not None and not self.file.is_trashed

    def note(self, file: File) -> None:
        """Keep how it is in the sharing from now on."""
        before = self.info if self.info is not None and not self.info.removed else None
        self.shared.tree.insert(self.chain)
        self.shared.infos[self.scope.id] = seen(self.at, file, self.rev, view_of(file, self.rule), before)
        keeping.put(self.work, self.shared)


def coming(
    work: Work, scope: Scope, arrival: Arrival, *, by_owner: bool, homeless: frozenset[str] = frozenset()
) -> Coming:
    """What is known of something that arrives. Raises NotInSharing: what never was in a sharing here is nobody else's business."""
    shared, file = keeping.fetch(work, FILES, arrival.id), tree.look(work, arrival.id)
    info = shared.infos.get(scope.id)
    if info is None and ((file is not None and not shared.infos) or arrival.id.startswith(_OWN)):
        raise NotInSharing(id=arrival.id)
    if file is not None and file.is_folder != arrival.is_folder:
        raise NotInSharing(id=arrival.id)
    at = info.rule if info is not None and info.rule < len(scope.rules) else _rule(work, scope, arrival)
    deed = "update" if info is not None and not info.removed else "add"
    if not by_owner and not rules.travels(scope.rules[at], deed, by_owner=False):
        raise NotInSharing(id=arrival.id)
    return Coming(work, scope, arrival, by_owner, homeless, shared, file, at)


def _rule(work: Work, scope: Scope, arrival: Arrival) -> int:
    """The rule for something new: that of a folder, else the one that is about what it is part of. Raises NotInSharing."""
    part_of = set(rules.references(arrival.members))
    for index, rule in enumerate(scope.rules):
        if rule.local or rule.doctype != FILES:
            continue
        if rule.selector == REFERRED and part_of.isdisjoint(rule.values):
            continue
        if rule.is_by_id and arrival.id not in rule.values and scope.is_one_file(work, rule):
            continue
        return index
    raise NotInSharing(id=arrival.id)


def is_known(coming: Coming) -> bool:
    """Whether this revision was seen here before."""
    return coming.info is not None and coming.arrival.rev in coming.shared.tree


def folders_arrive(
    work: Work,
    scope: Scope,
    found: Iterable[Arrival],
    *,
    by_owner: bool,
    homeless: frozenset[str],
    refused: list[str],
    is_last: bool = False,
) -> list[Arrival]:
    """Make or change folders, parents before what is in them; returns those whose name is taken, for a last try when
    others have moved away. refused: gets the ids of those that have no business here. Raises FolderMissing.
    """
    late: list[Arrival] = []
    for arrival in found:
        try:
            one = coming(work, scope, arrival, by_owner=by_owner, homeless=homeless)
        except NotInSharing:
            refused.append(arrival.id)  # a whole batch is not held up by one that has no business here
            continue
        if is_known(one):
            continue
        is_inside = any(arrival.text("dir_id") == each.id for each in late)
        if not is_last and (is_inside or _is_taken(one)):
            late.append(arrival)
        else:
            folder_arrives(one)
    return late


def _is_taken(one: Coming) -> bool:
    parent_id = one.arrival.text("dir_id") or (one.rule.values[0] if one.rule.is_by_id else "")
    taken = tree.named(one.work, parent_id, one.arrival.text("name")) if parent_id else None
    return taken is not None and taken.id != one.arrival.id


def folder_arrives(one: Coming) -> None:
    """Make or change a folder. Raises FolderMissing."""
    if one.info is not None and not is_later(one.rev, one.info.rev):
        one.shared.tree.insert(one.arrival.chain)
        keeping.put(one.work, one.shared)
        return
    _clear(one)
    parent = _parent(one)
    parent = _without_circle(one, parent)
    wanted = _wanted(one, parent)
    one.note(tree.put_folder(one.work, wanted))


def revive(one: Coming) -> None:
    """Bring a folder back that is not here while something is put into it, later than whatever took it away.

    Raises FolderMissing.
    """
    if one.is_here:
        return
    if one.info is not None and not is_later(one.rev, one.info.rev):
        one.steps += [one.info.rev, revisions.following(one.info.rev, "revived")]
    _clear(one)
    wanted = _wanted(one, _parent(one))
    one.note(tree.put_folder(one.work, wanted))


def file_arrives(one: Coming, content: Content | None, *, quota: int | None = None) -> bool:
    """Make or change a file; False when its content is needed for that, and was not given. Raises FolderMissing, OverQuota."""
    if is_known(one):
        return True
    if one.info is not None and not is_later(one.rev, one.info.rev):
        return _keep_loser(one, content, quota)
    if one.is_here and one.file is not None and one.file.md5sum == one.arrival.text("md5sum"):
        _put(one, None, quota)
        return True
    content = content or _of_another(one)
    if content is None:
        return False
    if one.is_here and one.file is not None and _is_written_here(one):
        _keep_own(one, one.file, quota)
    _put(one, content, quota)
    return True


def make_sure_of_folder(one: Coming) -> None:
    """Before its content comes: there is a folder to put it into. Raises FolderMissing, NoFolder."""
    dir_id = one.arrival.text("dir_id")
    if (
        dir_id
        and dir_id not in one.rule.values
        and one.rule.selector != REFERRED
        and dir_id not in one.homeless
    ):
        _shared_folder(one, dir_id)


def is_named(work: Work, content: Content) -> bool:
    """Whether a content that came is kept: no copy is made of what is held here, and some are not needed."""
    kept = files.content_by_hash(work, content.sha256)
    return kept is not None and (content.blob is None or kept.blob == content.blob)


def _put(one: Coming, content: Content | None, quota: int | None) -> None:
    _clear(one)
    wanted = _wanted(one, _parent(one))
    one.note(tree.put_file(one.work, wanted, content, quota=quota))


def _of_another(one: Coming) -> Content | None:
    """The same bytes, where what has this id here left the sharing with them."""
    if one.info is None or one.file is None or one.file.md5sum != one.arrival.text("md5sum"):
        return None
    return tree.content_of(one.work, one.file)


def _is_written_here(one: Coming) -> bool:
    """Whether somebody wrote here, since what others know, what the file holds."""
    info = one.info
    if info is None or info.rev in one.arrival.chain or one.scope.is_muted:
        return False  # what a home that may only look holds came from its owner's, which keeps what was lost on the way
    common = max(
        (generation(rev) for rev in one.shared.tree.chain(info.rev) if rev in one.arrival.chain), default=0
    )
    return generation(info.since) > common


def _keep_own(one: Coming, file: File, quota: int | None) -> None:
    """What was written here at the same time becomes a file of its own, the same one in every home."""
    assert one.info is not None
    rev = one.info.rev
    id_ = conflict_id(file.id, rev)
    if not _was_kept(one, id_):
        made = tree.Made(rev, (rev.partition("-")[2],))
        _note_copy(one, tree.copy_beside(one.work, file, id_, made, quota=quota), rev)


def _keep_loser(one: Coming, content: Content | None, quota: int | None) -> bool:
    """An earlier revision came later: what it holds becomes a file of its own, unless that is, or was, held here."""
    id_ = conflict_id(one.arrival.id, one.arrival.rev)
    md5sum = one.arrival.text("md5sum")
    is_kept = one.scope.is_muted or _was_kept(one, id_)
    if not one.is_here or one.file is None or is_kept or tree.holds(one.work, one.file, md5sum):
        one.shared.tree.insert(one.arrival.chain)
        keeping.put(one.work, one.shared)
        return True
    if content is None:
        return False
    rev, file = one.arrival.rev, one.file
    name = files.free_name(one.work, file.dir_id, one.arrival.text("name"))
    wanted = tree.Replica(
        id=id_, dir_id=file.dir_id, name=name, members=tree.told(one.arrival.members),
        made=tree.Made(rev, (rev.partition("-")[2],)), links=None,
    )  # fmt: skip
    _note_copy(one, tree.put_file(one.work, wanted, content, quota=quota), rev)
    one.shared.tree.insert(one.arrival.chain)
    keeping.put(one.work, one.shared)
    return True


def _was_kept(one: Coming, id_: str) -> bool:
    return bool(keeping.fetch(one.work, FILES, id_).infos) or tree.look(one.work, id_) is not None


def _note_copy(one: Coming, copy: File, rev: str) -> None:
    """A copy is in the sharing like others. Its name and folder may not be the same everywhere, which its revision tells."""
    shared = Shared(FILES, copy.id)
    view = view_of(copy, one.rule)
    own = revisions.following(rev, "copy", copy.name, one.scope.folder_as_owner_knows(one.rule, copy.dir_id))
    shared.tree.insert([rev, own])
    shared.infos[one.scope.id] = seen(one.at, copy, own, view)
    keeping.put(one.work, shared)


def _clear(one: Coming) -> None:
    """Make room for what arrives: what left the sharing here, and has its id, gets another.

    What only went into the bin because others took it out comes back instead.
    """
    if one.file is None or one.is_here:
        return
    is_ours_to_take = one.info is not None and one.info.dissociated and one.file.is_trashed
    if is_ours_to_take and not one.file.is_folder:
        return
    tree.move_aside(one.work, one.file)
    one.file = None


def _parent(one: Coming) -> File:
    """The folder that it is to be in. Raises FolderMissing."""
    if one.rule.selector == REFERRED or one.arrival.id in one.rule.values:
        if (
            one.file is not None
            and one.is_here
            and (here := tree.look(one.work, one.file.dir_id)) is not None
        ):
            return here
        return anchors.beside(one.work, one.scope, one.at, one.arrival.id)
    dir_id = one.arrival.text("dir_id")
    if not dir_id or dir_id in one.rule.values:
        return anchors.anchor(one.work, one.scope, one.at)
    if dir_id not in one.homeless:
        return _shared_folder(one, dir_id)
    one.differs("homeless")
    return anchors.anchor(one.work, one.scope, one.at)


def _shared_folder(one: Coming, id_: str) -> File:
    """A folder of the sharing. Raises FolderMissing."""
    found = tree.look(one.work, id_)
    info = keeping.fetch(one.work, FILES, id_).infos.get(one.scope.id)
    is_in = info is not None and not info.removed
    if found is None or not found.is_folder or found.is_trashed or not is_in:
        raise FolderMissing(id_)
    return found


def _without_circle(one: Coming, parent: File) -> File:
    """The folder that it is to be in, where that is not inside itself: two people moved two folders into each other.

    The owner's home keeps what it has; a member's makes room for what comes from there.
    """
    if one.file is None or not one.is_here:
        return parent
    if parent.id != one.file.id and not parent.path.startswith(one.file.path + "/"):
        return parent
    if parent.id == one.file.id or one.scope.by_owner:
        one.differs("stays")
        return _folder(one.work, one.file.dir_id)
    name = files.free_name(one.work, one.file.dir_id, parent.name, is_folder=True)
    return files.change(one.work, parent.id, files.Change(name=name, dir_id=one.file.dir_id))


def _folder(work: Work, id_: str) -> File:
    found = tree.look(work, id_)
    if found is None:
        raise FolderMissing(id_)
    return found


def _wanted(one: Coming, parent: File) -> tree.Replica:
    """What it is to be. Its name may be taken: the owner's home keeps what it has, a member's makes room."""
    said = one.arrival.text("name")
    if not said:
        raise BadCopy(id=one.arrival.id)
    taken = tree.named(one.work, parent.id, said)
    name = said if taken is None or taken.id == one.arrival.id else _beside(one, parent, taken)
    made = tree.Made(one.rev, tuple(rev.partition("-")[2] for rev in reversed(one.chain)))
    links = (
        _links(one)
        if one.rule.selector == REFERRED
        else anchors.links_of_root(one.scope, one.at, one.arrival.id, one.file)
    )
    return tree.Replica(
        id=one.arrival.id, dir_id=parent.id, name=name, members=tree.told(one.arrival.members), made=made, links=links
    )  # fmt: skip


def _beside(one: Coming, parent: File, taken: File) -> str:
    """What it is called where its name is taken."""
    free = files.free_name(one.work, parent.id, taken.name, is_folder=taken.is_folder)
    if not one.scope.by_owner:
        files.change(one.work, taken.id, files.Change(name=free))
        return one.arrival.text("name")
    if one.is_here and one.file is not None and one.file.dir_id == parent.id:
        free = one.file.name  # as it is called already
    one.differs("named", free)
    return free


def _links(one: Coming) -> list[dict[str, str]]:
    """What it is part of: as others say it, as far as the rule goes; beyond that, as it is here."""
    known = [dict(link) for link in one.file.body.get("referenced_by", ())] if one.file else []
    kept = [link for link in known if f"{link['type']}/{link['id']}" not in one.rule.values]
    said = [
        value.partition("/") for value in rules.references(one.arrival.members) if value in one.rule.values
    ]
    return [*kept, *({"type": doctype, "id": id_} for doctype, _, id_ in said)]
