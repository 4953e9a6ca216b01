"""Contents: the rows, the bytes behind them, and their count."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.blobs import Blobs, StoredBlob
from cozy.kernel.work import Work

from .. import store
from ..model import Finding, Report, Tick

_UNDER_WAY_S = 86_400  # what is younger may be an upload whose transaction is still to come


def check(work: Work, blobs: Blobs, report: Report, tick: Tick, doubt: Report) -> None:
    """Report what is wrong with contents; doubt what the disk lacks, since it may have been freed a moment ago."""
    for finding in _side_by_side(_with_blobs(work, report, tick), blobs.stored(work.home)):
        (doubt if finding.kind != "blob-unused" else report)(finding)
    for (sha256,) in store.unused_contents(work):
        report(Finding("content-unused", sha256))
    counted, stored = store.counter(work, "bytes"), store.stored_bytes(work)
    if counted != stored:
        report(Finding("usage-wrong", work.home, {"counted": counted, "stored": stored}))
    for finding in _uploads(work, blobs):
        report(finding)


def _with_blobs(work: Work, report: Report, tick: Tick) -> Iterator[tuple[str, int]]:
    """Key and size of the blobs that contents name, in order; what is wrong with the rows is reported on the way."""
    for sha256, size, blob, inline_size in store.contents(work):
        tick(1)
        if blob is None:
            if inline_size != size:
                report(Finding("content-size", sha256, {"size": inline_size or 0, "should_be": size}))
        elif not blob.startswith(f"{sha256}-"):
            report(Finding("content-malformed", sha256, {"blob": blob}))
        else:
            yield blob, size


def _side_by_side(named: Iterator[tuple[str, int]], stored: Iterator[StoredBlob]) -> Iterator[Finding]:
    """Compare two lists in the same order, holding one of each at a time."""
    blob = next(stored, None)
    for key, size in named:
        while blob is not None and blob.key < key:
            yield from _unused(blob)
            blob = next(stored, None)
        if blob is None or blob.key != key:
            yield Finding("blob-missing", key)
            continue
        if blob.size != size:
            yield Finding("content-size", key, {"size": blob.size, "should_be": size})
        blob = next(stored, None)
    while blob is not None:
        yield from _unused(blob)
        blob = next(stored, None)


def _unused(blob: StoredBlob) -> Iterator[Finding]:
    if blob.age_s > _UNDER_WAY_S:
        yield Finding("blob-unused", blob.key, {"size": blob.size})


def still(work: Work, finding: Finding) -> bool:
    """Whether a content still names the blob that seemed to be missing or cut."""
    return store.names_blob(work, finding.id)


def _uploads(work: Work, blobs: Blobs) -> Iterator[Finding]:
    here: set[str] = set()
    for upload in blobs.unfinished(work.home):
        here.add(upload.key)
        if upload.age_s > _UNDER_WAY_S and not store.has_upload(work, upload.key):
            yield Finding("upload-unknown", upload.key, {"size": upload.size})
    for (id_,) in store.uploads(work):
        if id_ not in here:
            yield Finding("upload-cut", id_)
