"""Archives: a selection of files, folders and pages of PDFs, as a list of what lies in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from msgspec import Struct, convert, to_builtins

from cozy.kernel.blobs import Content
from cozy.kernel.caller import Caller, Grant
from cozy.kernel.work import Work

from .. import access
from ..errors import BadArchive
from ..model import ROOT, TRASH_PATH, File
from ..store import tree
from . import content
from .tickets import issue, maker, opened

PAGES_LIMIT = 100
_PDF = "application/pdf"


class PageOf(Struct, frozen=True):
    """One page of a PDF, the first being 1."""

    id: str
    page: int


class Selection(Struct, frozen=True):
    """What to put into an archive, known by ids alone."""

    name: str
    ids: Sequence[str]
    pages: Sequence[PageOf] = ()


class Item(Struct, frozen=True):
    """A line of an archive. path: with slashes, a folder's ends in one; page: of a PDF, 0 for the whole file."""

    path: str
    file: File
    page: int = 0


def select(
    work: Work, name: str, ids: Sequence[str], paths: Sequence[str], pages: Sequence[PageOf]
) -> Selection:
    """A selection that the caller may read. Raises NoFile, NotAllowed, BadArchive, IsFolder."""
    if not (ids or paths or pages):
        raise BadArchive("An archive needs at least one file or folder.", pointer="/data/attributes/ids")
    if "/" in name or "\0" in name or name in {".", ".."}:  # it is the folder around all that is unpacked
        raise BadArchive("The name of an archive has no “/”.", pointer="/data/attributes/name")
    for page in pages:
        if access.content_file(work, page.id, "GET").mime != _PDF or page.page < 1:
            raise BadArchive("Pages are those of PDF files.", pointer="/data/attributes/pages")
    if len(pages) > PAGES_LIMIT:
        raise BadArchive("These are too many pages.", pointer="/data/attributes/pages", limit=PAGES_LIMIT)
    found = [access.file(work, id_, "GET") for id_ in ids] + [
        access.file_at(work, path, "GET") for path in paths
    ]
    return Selection(name or "archive", list(dict.fromkeys(file.id for file in found)), list(pages))


def keep_selection(work: Work, selection: Selection) -> str:
    """The secret of a link to an archive."""
    caller = work.caller
    said = {**to_builtins(selection), **maker(work), "grants": to_builtins(caller.grants)}
    return issue(work, "archive", said)


def selected(work: Work, secret: str) -> list[Item]:
    """What an archive holds now, by its secret: of that, what the grants of its maker still cover. Raises BadSecret."""
    details = opened(work, "archive", secret)
    pages = [PageOf(**page) for page in details["pages"]]
    named = tree.by_ids(work, [*details["ids"], *(page.id for page in pages)])
    maker = Caller("share", convert(details["grants"], tuple[Grant, ...]))
    still = {file.id for file in access.readable(replace(work, caller=maker), named.values())}
    ids = [id_ for id_ in details["ids"] if id_ in still]
    return items(work, Selection(details["name"], ids, [page for page in pages if page.id in still]))


def items(work: Work, selection: Selection) -> list[Item]:
    """Every file and folder of a selection, folders before what is in them; no path comes twice."""
    known = tree.by_ids(work, [*selection.ids, *(page.id for page in selection.pages)])
    taken: set[str] = set()
    held: list[Item] = []
    for id_ in selection.ids:
        if id_ in known:
            top = free_path(f"{_safe(selection.name)}/{_safe(known[id_].name)}".rstrip("/"), taken)
            held += below(work, known[id_], top)
    for page in selection.pages:
        if page.id in known:
            name = f"{_safe(selection.name)}/{_numbered(_safe(known[page.id].name), f' - {page.page}')}"
            held.append(Item(free_path(name, taken), known[page.id], page.page))
    return held


def below(work: Work, top: File, path: str) -> Iterator[Item]:
    """A file, or a folder and all that is in it, from this path on."""
    if not top.is_folder:
        yield Item(path, top)
        return
    start = len(top.path.rstrip("/"))
    paths = {top.id: path}
    yield Item(f"{path}/", top)
    for folder in tree.folders_below(work, top.path):
        if top.id == ROOT and f"{folder.path}/".startswith(f"{TRASH_PATH}/"):
            continue
        paths[folder.id] = path + "/".join(map(_safe, folder.path[start:].split("/")))
        yield Item(f"{paths[folder.id]}/", folder)
    for file in tree.files_in(work, list(paths)):
        yield Item(f"{paths[file.dir_id]}/{_safe(file.name)}", file)


def _safe(name: str) -> str:
    """Windows takes a backslash for a way into another folder."""
    return name.replace("\\", "_")


def free_path(path: str, taken: set[str]) -> str:
    """This path, or the first with a number that no other selected thing has."""
    number, free = 1, path
    while free in taken:
        number += 1
        free = _numbered(path, f" ({number})")
    taken.add(free)
    return free


def _numbered(path: str, number: str) -> str:
    folder, slash, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    return f"{folder}{slash}{stem}{number}{dot}{extension}" if stem else f"{path}{number}"


def content_in(work: Work, sha256: str) -> Content:
    """The bytes of a line. Raises NoFile when it was freed meanwhile."""
    return content.content_of(work, sha256)
