"""What the owner decides about an import: begin, pause, go on, let go of the originals, forget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from cozy.kernel.caller import Verb
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.permissions import service as permissions

from ..errors import BadColumns, NothingToImport, NotNow
from ..model import IMPORTS, Import, Source
from . import finding
from .finding import NewImport
from .trees.parts import title_of

WORKER = "import"


def prepare(
    work: Work, sources: Sequence[Source], into: str = "/", *, by_job: bool = True, by_itself: bool = False, vault: bool = False
) -> NewImport:  # fmt: skip
    """A new import of these sources, which is looked through next.

    by_job: by the program itself; else by whoever asks. by_itself: then it comes in, too. vault: passwords stay where it comes
    from. Raises NothingToImport, NobodyIn, NotAllowed.
    """
    _guard(work, "POST")
    if not sources:
        raise NothingToImport
    title = title_of(sources[0].name)
    body = Import(title=title, sources=list(sources), into=into, by_itself=by_itself, vault=vault)
    made = finding.create(work, body)
    if by_job:
        _ask(work, made.id)
    return made


def _guard(work: Work, verb: Verb) -> None:
    permissions.guard(work, verb, IMPORTS, None, None)


def _ask(work: Work, id_: str) -> None:
    jobs.running.push(work, jobs.running.Asked(worker=WORKER, message={"import": id_}, is_manual=True))


def begin(work: Work, id_: str, *, by_job: bool = True) -> NewImport:
    """Take in what the plan says. Raises NoImport, NotNow, NobodyIn, NotAllowed."""
    return _run(work, id_, {"planned"}, by_job)


def say_columns(
    work: Work, id_: str, columns: Mapping[str, Mapping[str, int]], *, by_job: bool = True
) -> NewImport:
    """Say what the columns of tables hold; it is looked through once more with that.

    Raises BadColumns, NoImport, NotNow, NobodyIn, NotAllowed.
    """
    _guard(work, "PUT")
    for each in columns.values():
        check_columns(each)

    def saying(body: Import) -> None:
        if body.state != "planned":
            raise NotNow(state=body.state)
        body.columns |= {name: dict(each) for name, each in columns.items()}
        body.state, body.parts = "looking", []

    changed = finding.change(work, id_, saying)
    if by_job:
        _ask(work, id_)
    return changed


def check_columns(columns: Mapping[str, int]) -> None:
    """Whether operations can be read of these columns. Raises BadColumns."""
    sums = {"amount", "debit", "credit"} & set(columns)
    if "date" not in columns or not sums or len(set(columns.values())) < len(columns):
        raise BadColumns


def go_on(work: Work, id_: str, *, by_job: bool = True) -> NewImport:
    """Go on after a pause, or try once more after a failure. Raises NoImport, NotNow, NobodyIn, NotAllowed."""
    return _run(work, id_, {"paused", "failed"}, by_job)


def _run(work: Work, id_: str, states: set[str], by_job: bool) -> NewImport:
    _guard(work, "PUT")

    def running(body: Import) -> None:
        if body.state not in states or body.discarded:
            raise NotNow(state=body.state)
        was_planned = body.state != "failed" or any(part.planned for part in body.parts)
        body.state, body.why, body.finished_at = "running" if was_planned else "looking", "", ""

    changed = finding.change(work, id_, running)
    if by_job:
        _ask(work, id_)
    return changed


def pause(work: Work, id_: str) -> NewImport:
    """Stop after the items that are on their way. Raises NoImport, NotNow, NobodyIn, NotAllowed."""
    _guard(work, "PUT")

    def pausing(body: Import) -> None:
        if body.state != "running":
            raise NotNow(state=body.state)
        body.state = "paused"

    return finding.change(work, id_, pausing)


def discard(work: Work, id_: str) -> NewImport:
    """Put the originals into the bin; what came out of them stays. Raises NoImport, NotNow, NobodyIn, NotAllowed."""
    _guard(work, "PUT")

    def discarding(body: Import) -> None:
        if body.state in {"looking", "running"}:
            raise NotNow(state=body.state)
        body.discarded = True
        for source in body.sources:
            _throw_away(work, source)

    return finding.change(work, id_, discarding)


def _throw_away(work: Work, source: Source) -> None:
    try:
        if source.file_id and not files.fetch(work, source.file_id).is_trashed:
            files.trash(work, source.file_id)
    except Problem:
        return  # it is gone already


def forget(work: Work, id_: str) -> None:
    """Take an import off the list; what came in stays, the originals too. Raises NoImport, NotNow, NobodyIn, NotAllowed."""
    _guard(work, "DELETE")
    body = finding.fetch(work, id_).body
    if body.state in {"looking", "running"}:
        raise NotNow
    finding.remove(work, id_)
    _close(work, body)


def _close(work: Work, body: Import) -> None:
    """Forget what opens the archives elsewhere that it was of."""
    for source in body.sources:
        if source.account:
            with suppress(NoDocument):
                accounts.remove(work, accounts.fetch(work, source.account))
