"""The SQL of backups."""

from __future__ import annotations

from cozy.kernel.work import Work


def blobs(work: Work) -> list[str]:
    """The keys of all contents of the home that are not in the database itself."""
    rows = work.db.all(
        "SELECT blob FROM contents WHERE home_id = :home AND blob IS NOT NULL ORDER BY blob", home=work.home
    )
    return [row[0] for row in rows]
