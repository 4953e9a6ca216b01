"""What changes in a home is looked at for what is shared of it: by a cursor over the seq, so that nothing is missed.

What counts is how a document is now, not what happened to it: looking twice finds nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Leaf, Query
from cozy.rooms.files.model import File
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import SHARED, Rule

from .. import store
from ..model import Info, Shared, revisions
from ..model.revisions import chain_of, generation
from ..model.rules import FILES
from . import keeping
from .scope import Scope, file_of, scopes, view_of

AT_ONCE = 200  # documents of one transaction


def concerns(work: Work) -> bool:
    """Whether a transaction changed something of a kind that is shared."""
    changed = {change.doctype for change in work.changes if change.verb != "NOTIFIED"}
    if not changed:
        return False
    tracked = store.tracked(work)
    return bool(tracked) and not changed.isdisjoint({*tracked, SHARED})


def catch_up(work: Work) -> None:
    """Look at everything that changed."""
    while advance(work):
        pass


def advance(work: Work) -> bool:
    """Look at the next changes; whether there are more."""
    changed = {
        doctype: found
        for doctype, since in store.tracked(work).items()
        if (found := documents.changes(work, doctype, since, AT_ONCE))
    }
    living = _living(work) if changed else []
    for doctype, found in changed.items():
        look_at(work, living, doctype, [change.id for change in found])
        store.advance(work, doctype, found[-1].seq)
    return any(len(found) == AT_ONCE for found in changed.values())


def _living(work: Work) -> list[Scope]:
    """The sharings whose folder is there: to throw it away is to end them."""
    living = []
    for scope in scopes(work):
        if any(_is_thrown_away(work, scope, rule) for rule in scope.rules):
            sharings.ended_by_rule(work, scope.id)
        else:
            living.append(scope)
    return living


def _is_thrown_away(work: Work, scope: Scope, rule: Rule) -> bool:
    if rule.doctype != FILES or not rule.is_by_id or rule.local:
        return False
    root = scope.root(work, rule)
    return tree.is_gone(work, rule.values[0]) if root is None else root.is_trashed


def look_at(
    work: Work, found: Sequence[Scope], doctype: str, ids: Sequence[str], *, is_first: bool = False
) -> None:
    """Note how these documents are in these sharings now. is_first: they are in by what was agreed, whatever the rules say."""
    concerned = [scope for scope in found if doctype in scope.doctypes()]
    if not concerned:
        return
    latest = documents.latest(work, doctype, ids)
    paths = _paths(work, latest.values()) if doctype == FILES else {}
    known = keeping.fetch_many(work, [f"{doctype}/{id_}" for id_ in latest])
    turned: list[str] = []
    for id_, document in latest.items():
        shared = known.get(f"{doctype}/{id_}") or Shared(doctype, id_)
        before = shared.body()
        path = paths.get(id_, "")
        noted = [_note(work, scope, shared, document, path, is_first) for scope in concerned]
        if any(noted) and _is_folder(document):
            turned.append(id_)
        if shared.body() != before:
            keeping.put(work, shared)
    _look_inside(work, concerned, turned, is_first)


def _paths(work: Work, found: Iterable[Document]) -> dict[str, str]:
    """The paths of the folders that files are in, and of folders, by id."""
    living = [one for one in found if not one.deleted]
    around = {str(one.body.get("dir_id", "")) for one in living if not _is_folder(one)}
    from_above = {id_: folder.path for id_, folder in tree.look_at(work, sorted(around - {""})).items()}
    return {
        one.id: str(one.body["path"])
        if _is_folder(one)
        else from_above.get(str(one.body.get("dir_id", "")), "")
        for one in living
    }


def _is_folder(document: Document) -> bool:
    return document.doctype == FILES and document.body.get("type") == "directory"


def _look_inside(work: Work, found: Sequence[Scope], folders: Sequence[str], is_first: bool) -> None:
    """Of a folder that came in or went out, the folders below change too; the files in it do not."""
    ids = [file.id for file in tree.files_in(work, folders)] if folders else []
    for start in range(0, len(ids), AT_ONCE):
        look_at(work, found, FILES, ids[start : start + AT_ONCE], is_first=is_first)


def _note(work: Work, scope: Scope, shared: Shared, document: Document, path: str, is_first: bool) -> bool:
    """Note how a document is in one sharing; whether it came in or went out."""
    info = shared.infos.get(scope.id)
    was_in = info is not None and not info.removed
    at = None if document.deleted or _is_binned(document) else _rule(work, scope, document, path)
    if at is None:
        return was_in and _went(work, scope, shared, document)
    if was_in:
        _changed(work, scope, shared, document, at, is_first)
        return False
    if not is_first and not scope.travels(scope.rules[at], "add"):
        return False
    _came(work, scope, shared, document, at)
    return True


def _is_binned(document: Document) -> bool:
    return document.doctype == FILES and file_of(document).is_trashed


def _rule(work: Work, scope: Scope, document: Document, path: str) -> int | None:
    if document.doctype == FILES and scope.is_root(document.id):
        return None
    return scope.rule_of(work, document.doctype, document.id, document.body, path)


def _came(work: Work, scope: Scope, shared: Shared, document: Document, at: int) -> None:
    rule, info = scope.rules[at], shared.infos.get(scope.id)
    if document.doctype != FILES:
        take_branches(work, shared, document)
        shared.infos[scope.id] = Info(rule=at, rev=document.rev)
        return
    file, from_, rev = file_of(document), info.rev if info else "", document.rev
    view = view_of(file, rule)
    if from_ and generation(rev) <= generation(from_):
        rev = revisions.following(from_, "back", view)
    shared.tree.insert(_onto(shared, from_, rev, document))
    shared.infos[scope.id] = seen(at, file, rev, view)


def seen(at: int, file: File, rev: str, view: str, before: Info | None = None) -> Info:
    """How a file or folder is in a sharing. before: how it was, where it was in."""
    if file.is_folder:
        return Info(rule=at, rev=rev, view=view)
    is_same = before is not None and before.sum == file.md5sum
    since = before.since if before is not None and is_same else rev
    return Info(rule=at, binary=True, rev=rev, view=view, sum=file.md5sum, since=since)


def _changed(work: Work, scope: Scope, shared: Shared, document: Document, at: int, is_first: bool) -> None:
    info = shared.infos[scope.id]
    at = info.rule if info.rule < len(scope.rules) else at
    rule = scope.rules[at]
    if not is_first and not scope.travels(rule, "update"):
        return
    if document.doctype != FILES:
        take_branches(work, shared, document)
        shared.infos[scope.id] = replace(info, rev=document.rev)
        return
    file = file_of(document)
    view = view_of(file, rule)
    if view == info.view:
        return
    rev = document.rev
    if generation(rev) <= generation(info.rev):
        rev = revisions.following(info.rev, "changed", view)
    shared.tree.insert(_onto(shared, info.rev, rev, document))
    shared.infos[scope.id] = seen(at, file, rev, view, info)


def _went(work: Work, scope: Scope, shared: Shared, document: Document) -> bool:
    info = shared.infos[scope.id]
    rule = scope.rules[info.rule]
    if rule.remove == "revoke" and scope.by_owner:
        sharings.ended_by_rule(work, scope.id)
    if not scope.travels(rule, "remove"):
        shared.infos[scope.id] = Info(rule=info.rule, removed=True, rev=info.rev)
        return True
    if document.doctype != FILES:
        _end_branches(work, document)
        take_branches(work, shared, document)
        shared.infos[scope.id] = Info(rule=info.rule, removed=True, rev=document.rev)
        return True
    rev = document.rev if generation(document.rev) > generation(info.rev) else revisions.gone(info.rev)
    shared.tree.insert(_onto(shared, info.rev, rev, document))
    shared.infos[scope.id] = Info(rule=info.rule, removed=True, rev=rev)
    return True


def _end_branches(work: Work, document: Document) -> None:
    """End the losing branches of a document that goes out: others know them, and would show one of them in its place."""
    for leaf in documents.conflicts(work, document.doctype, document.id):
        if not leaf.deleted:
            end = revisions.gone(leaf.rev)
            digests = (end.partition("-")[2], *leaf.revisions)
            documents.graft(work, document.doctype, document.id, Leaf(end, True, {}, digests))


def _onto(shared: Shared, from_: str, rev: str, document: Document) -> list[str]:
    """The way to a new revision from what others know: through what this home did meanwhile."""
    own = chain_of(generation(document.rev), document.revisions)
    if not from_:
        before = [one for one in own if generation(one) < generation(rev)]
        return [*before[-revisions.DEPTH :], rev]
    between = [one for one in own if generation(from_) < generation(one) < generation(rev)]
    return [*shared.tree.chain(from_)[-1:], *between, rev]


def take_branches(work: Work, shared: Shared, document: Document) -> None:
    """Note every revision of a document that is no file, and of its losing branches."""
    shared.tree.insert(chain_of(generation(document.rev), document.revisions[: revisions.DEPTH]))
    for leaf in documents.conflicts(work, document.doctype, document.id):
        shared.tree.insert(chain_of(generation(leaf.rev), leaf.revisions[: revisions.DEPTH]))


def begin(work: Work, scope: Scope) -> None:
    """From now on look at what changes of what this sharing is about."""
    now = documents.last_seq(work)
    for doctype in scope.doctypes():
        store.track(work, doctype, now)


def met(work: Work, scope: Scope) -> list[tuple[str, list[str]]]:
    """Everything that is in a sharing from its beginning: doctypes and ids."""
    return [
        (rule.doctype, list(dict.fromkeys(_met(work, scope, rule)))) for rule in scope.rules if not rule.local
    ]


def _met(work: Work, scope: Scope, rule: Rule) -> Iterator[str]:
    if rule.doctype != FILES:
        yield from rule.values if rule.is_by_id else _selected(work, rule)
        return
    if rule.is_by_id:
        root = scope.root(work, rule)
        yield from () if root is None else _inside(work, root)
        return
    for value in rule.values:
        doctype, _, id_ = value.partition("/")
        yield from tree.linked_to(work, doctype, id_)


def _inside(work: Work, root: File) -> Iterator[str]:
    if not root.is_folder:
        yield root.id
        return
    folders = tree.folders_below(work, root)
    yield from (folder.id for folder in folders)
    yield from (file.id for file in tree.files_in(work, [root.id, *(folder.id for folder in folders)]))


def _selected(work: Work, rule: Rule) -> Iterator[str]:
    for value in rule.values:
        bookmark = ""
        while True:
            query = Query(selector={rule.selector: value}, limit=1000, bookmark=bookmark)
            page = documents.find(work, rule.doctype, query)
            yield from (one.id for one in page.documents)
            if not page.next:
                break
            bookmark = page.bookmark
