"""What links are found by: their codes, what they open, and what is kept of their passwords."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from cozy.kernel.work import Work


class Target(Struct, frozen=True):
    """What one rule of a link opens. selector "": value is an id; value "": every document of the doctype."""

    doctype: str
    selector: str = ""
    value: str = ""


def of_code(work: Work, code: str) -> str:
    """The id of the permission that a code, or short code, opens; "" when there is none."""
    row = work.db.one(
        "SELECT permission_id FROM share_codes WHERE home_id = :home AND code = :code",
        home=work.home, code=code,
    )  # fmt: skip
    return str(row[0]) if row else ""


def set_codes(work: Work, permission_id: str, codes: Iterable[str]) -> None:
    """Let these codes, and no others, open a permission."""
    work.db.run(
        "DELETE FROM share_codes WHERE home_id = :home AND permission_id = :id",
        home=work.home, id=permission_id,
    )  # fmt: skip
    for code in codes:
        work.db.run(
            "INSERT INTO share_codes (home_id, code, permission_id) VALUES (:home, :code, :id)",
            home=work.home, code=code, id=permission_id,
        )  # fmt: skip


def set_targets(work: Work, permission_id: str, targets: Iterable[Target]) -> None:
    """Note what a link opens, in place of what was noted."""
    work.db.run(
        "DELETE FROM share_targets WHERE home_id = :home AND permission_id = :id",
        home=work.home, id=permission_id,
    )  # fmt: skip
    for target in targets:
        work.db.run(
            """INSERT INTO share_targets (home_id, doctype, selector, value, permission_id)
               VALUES (:home, :doctype, :selector, :value, :id)
               ON CONFLICT (home_id, doctype, selector, value, permission_id) DO NOTHING""",
            home=work.home, doctype=target.doctype, selector=target.selector, value=target.value,
            id=permission_id,
        )  # fmt: skip


def opening(work: Work, doctypes: Sequence[str], after: str, skip: int, limit: int) -> list[str]:
    """The ids of the links that open documents of a doctype, a page at a time; after: the last that was seen.

    doctypes: under all the names that a rule may spell it.
    """
    rows = work.db.all(
        """SELECT DISTINCT permission_id FROM share_targets
            WHERE home_id = :home AND doctype IN :doctypes AND permission_id > :after
            ORDER BY permission_id LIMIT :limit OFFSET :skip""",
        home=work.home, doctypes=list(doctypes), after=after, limit=limit, skip=skip,
    )  # fmt: skip
    return [row[0] for row in rows]


def opening_ids(work: Work, doctype: str, ids: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of a document among these and a link that names it."""
    rows = work.db.all(
        """SELECT value, permission_id FROM share_targets
            WHERE home_id = :home AND doctype = :doctype AND selector = '' AND value IN :ids""",
        home=work.home, doctype=doctype, ids=list(ids),
    )  # fmt: skip
    return [(value, permission_id) for value, permission_id in rows]


def sealed(work: Work, permission_id: str) -> str:
    """What is kept of a link's password; "" when it has none."""
    row = work.db.one(
        "SELECT sealed FROM share_passwords WHERE home_id = :home AND permission_id = :id",
        home=work.home, id=permission_id,
    )  # fmt: skip
    return str(row[0]) if row else ""


def seal(work: Work, permission_id: str, sealed: str) -> None:
    """Keep this of a link's password, in place of what was kept; "" for no password."""
    work.db.run(
        "DELETE FROM share_passwords WHERE home_id = :home AND permission_id = :id",
        home=work.home, id=permission_id,
    )  # fmt: skip
    if sealed:
        work.db.run(
            "INSERT INTO share_passwords (home_id, permission_id, sealed) VALUES (:home, :id, :sealed)",
            home=work.home, id=permission_id, sealed=sealed,
        )  # fmt: skip
