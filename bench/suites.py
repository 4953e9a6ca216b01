"""What can be measured: which servers, in which cases, against which promises."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import budgets, cases, dav_peers, documents, groupware, peers
from bench.budgets import Budget
from bench.cases import Case
from bench.peers import Peer


@dataclass(frozen=True)
class Suite:
    """A subject of the bench. Its peers all speak the language that its cases are written in."""

    name: str
    title: str
    peers: Sequence[Peer[Any]]
    bases: Sequence[str]  # the server that ratios refer to; the next where that one lacks the figure
    cases: Callable[[Any], Sequence[Case[Any, Any]]]  # of these sizes
    full: Any  # the sizes that the budgets are for
    quick: Any
    budgets: Sequence[Budget]
    rests: bool  # whether start and idle memory are measured too
    gets_by_wrk: bool  # where it is installed
    warms: Callable[[Any, Path], None] = lambda sizes, folder: None


def _warm(sizes: cases.Sizes, folder: Path) -> None:
    cases.warm(folder, sizes.big)


SUITES = (
    Suite(
        "files", "uploads, downloads, listings, renames, start and memory", peers.FILE_PEERS, ("mod_dav",), cases.all_cases,
        cases.Sizes(), cases.QUICK, budgets.FILES, rests=True, gets_by_wrk=True, warms=_warm,
    ),
    Suite(
        "dav", "calendars, address books and files by DAV, with a password", dav_peers.PEERS, ("mod_dav", "sabre"),
        groupware.all_cases, groupware.Sizes(), groupware.QUICK, budgets.DAV, rests=False, gets_by_wrk=True,
        warms=lambda sizes, folder: _warm(sizes.files, folder),
    ),
    Suite(
        "documents", "documents one by one, many at once, by query, and as a feed", peers.DOCUMENT_PEERS, ("express-pouchdb",),
        documents.all_cases, documents.Sizes(), documents.QUICK, budgets.DOCUMENTS, rests=False, gets_by_wrk=False,
    ),
)  # fmt: skip
