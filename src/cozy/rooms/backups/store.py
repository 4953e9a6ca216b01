"""The SQL of backups."""

from __future__ import annotations

import hashlib

from cozy.kernel.work import Work


def blobs(work: Work) -> list[str]:
    """The keys of all contents of the home that are not in the database itself."""
    rows = work.db.all(
        "SELECT blob FROM contents WHERE home_id = :home AND blob IS NOT NULL ORDER BY blob", home=work.home
    )
    return [row[0] for row in rows]


def documents(work: Work) -> dict[str, tuple[int, str]]:
    """How many documents of each doctype there are, and a sum of their ids and revisions."""
    counts: dict[str, int] = {}
    sums: dict[str, hashlib._Hash] = {}
    for doctype, id_, rev in work.db.each(
        "SELECT doctype, id, rev FROM documents WHERE home_id = :home ORDER BY doctype, id", home=work.home
    ):
        counts[doctype] = counts.get(doctype, 0) + 1
        sums.setdefault(doctype, hashlib.sha256()).update(f"{id_}\n{rev}\n".encode())
    return {doctype: (count, sums[doctype].hexdigest()) for doctype, count in counts.items()}
