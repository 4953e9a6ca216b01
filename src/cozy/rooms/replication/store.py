"""The SQL of replication: how far documents were looked at, how far peers were told, and what is expected of them."""

from __future__ import annotations

from typing import Any

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.db import Row
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from .model import Kind, Replica, Shared, shared_of

_COLUMNS = "sharing_id, member, documents_seq, files_seq, documents_job, files_job, failures, retry_at, is_initial, received"


def tracked(work: Work) -> dict[str, int]:
    """The doctypes that something is shared of, and up to which seq their documents were looked at."""
    rows = work.db.all(
        "SELECT doctype, seq FROM tracked WHERE home_id = :home ORDER BY doctype", home=work.home
    )
    return {doctype: int(seq) for doctype, seq in rows}


def track(work: Work, doctype: str, seq: int) -> None:
    """From now on look at the documents of a doctype; where that is done already, nothing changes."""
    work.db.run(
        """INSERT INTO tracked (home_id, doctype, seq) VALUES (:home, :doctype, :seq)
           ON CONFLICT (home_id, doctype) DO NOTHING""",
        home=work.home, doctype=doctype, seq=seq,
    )  # fmt: skip


def advance(work: Work, doctype: str, seq: int) -> None:
    """Documents of a doctype were looked at up to here."""
    work.db.run(
        "UPDATE tracked SET seq = :seq WHERE home_id = :home AND doctype = :doctype AND seq < :seq",
        home=work.home, doctype=doctype, seq=seq,
    )  # fmt: skip


def untrack(work: Work, doctype: str) -> None:
    """Do not look at the documents of a doctype any more."""
    work.db.run(
        "DELETE FROM tracked WHERE home_id = :home AND doctype = :doctype", home=work.home, doctype=doctype
    )


def _replica(row: Row) -> Replica:
    *rest, is_initial, received = row
    return Replica(*rest, is_initial=bool(is_initial), received=int(received))


def replicas(work: Work, sharing_id: str = "") -> list[Replica]:
    """The peers that are told of changes, of one sharing or of all."""
    which = "AND sharing_id = :sharing" if sharing_id else ""
    rows = work.db.all(
        f"SELECT {_COLUMNS} FROM replicas WHERE home_id = :home {which} ORDER BY sharing_id, member",
        home=work.home, **({"sharing": sharing_id} if sharing_id else {}),
    )  # fmt: skip
    return [_replica(row) for row in rows]


def replica(work: Work, sharing_id: str, member: int) -> Replica | None:
    """One of them."""
    row = work.db.one(
        f"SELECT {_COLUMNS} FROM replicas WHERE home_id = :home AND sharing_id = :sharing AND member = :member",
        home=work.home, sharing=sharing_id, member=member,
    )  # fmt: skip
    return _replica(row) if row else None


def put_off(work: Work) -> list[Replica]:
    """The peers that are left alone for now, since they did not answer."""
    rows = work.db.all(
        f"SELECT {_COLUMNS} FROM replicas WHERE home_id = :home AND retry_at > :now ORDER BY sharing_id, member",
        home=work.home, now=iso(work.now),
    )  # fmt: skip
    return [_replica(row) for row in rows]


def enlist(work: Work, sharing_id: str, member: int, seq: int, *, is_initial: bool) -> None:
    """Tell a peer of what changes after this seq; one that is told already begins anew."""
    work.db.run(
        """INSERT INTO replicas (home_id, sharing_id, member, documents_seq, files_seq, is_initial)
           VALUES (:home, :sharing, :member, :seq, :seq, :initial)
           ON CONFLICT (home_id, sharing_id, member) DO UPDATE SET documents_seq = excluded.documents_seq,
             files_seq = excluded.files_seq, is_initial = excluded.is_initial, failures = 0, retry_at = ''""",
        home=work.home, sharing=sharing_id, member=member, seq=seq, initial=is_initial,
    )  # fmt: skip


def delist(work: Work, sharing_id: str, member: int | None = None) -> None:
    """Tell a peer of nothing any more; None: no peer of this sharing."""
    which = "" if member is None else "AND member = :member"
    work.db.run(
        f"DELETE FROM replicas WHERE home_id = :home AND sharing_id = :sharing {which}",
        home=work.home, sharing=sharing_id, **({} if member is None else {"member": member}),
    )  # fmt: skip


def set_replica(work: Work, replica: Replica) -> None:
    """Keep what is known of a peer, apart from how far it was told."""
    work.db.run(
        """UPDATE replicas SET documents_job = :documents_job, files_job = :files_job, failures = :failures,
                  retry_at = :retry_at, is_initial = :initial, received = :received
            WHERE home_id = :home AND sharing_id = :sharing AND member = :member""",
        home=work.home, sharing=replica.sharing, member=replica.member, documents_job=replica.documents_job,
        files_job=replica.files_job, failures=replica.failures, retry_at=replica.retry_at,
        initial=replica.is_initial, received=replica.received,
    )  # fmt: skip


def reach(work: Work, sharing_id: str, member: int, kind: Kind, seq: int) -> None:
    """A peer was told of everything up to here."""
    column = "documents_seq" if kind == "documents" else "files_seq"
    work.db.run(
        f"""UPDATE replicas SET {column} = :seq
             WHERE home_id = :home AND sharing_id = :sharing AND member = :member AND {column} < :seq""",
        home=work.home, sharing=sharing_id, member=member, seq=seq,
    )  # fmt: skip


def expect(work: Work, id_: str, sharing_id: str, document: dict[str, Any], expires_at: str) -> None:
    """Keep what a file will be whose bytes are to come."""
    work.db.run(
        """INSERT INTO expected_files (home_id, id, sharing_id, document, expires_at)
           VALUES (:home, :id, :sharing, :document, :expires_at)""",
        home=work.home, id=id_, sharing=sharing_id, document=msgspec.json.encode(document).decode(),
        expires_at=expires_at,
    )  # fmt: skip


def expected(work: Work, id_: str, sharing_id: str) -> dict[str, Any] | None:
    """What a file will be whose bytes come now."""
    row = work.db.one(
        """SELECT document FROM expected_files
            WHERE home_id = :home AND id = :id AND sharing_id = :sharing AND expires_at > :now""",
        home=work.home, id=id_, sharing=sharing_id, now=iso(work.now),
    )  # fmt: skip
    return msgspec.json.decode(row[0], type=dict[str, Any]) if row else None


def forget_expected(work: Work, id_: str = "") -> None:
    """Its bytes came; "": forget those whose bytes did not come in time."""
    if id_:
        work.db.run("DELETE FROM expected_files WHERE home_id = :home AND id = :id", home=work.home, id=id_)
        return
    work.db.run(
        "DELETE FROM expected_files WHERE home_id = :home AND expires_at <= :now",
        home=work.home, now=iso(work.now),
    )  # fmt: skip


def shared_by(work: Work, sharing_id: str, limit: int, after: str = "") -> list[Shared]:
    """What is, or was, in a sharing, by id."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.shared' AND NOT deleted AND id > :after
               AND body->'infos'->>CAST(:sharing AS TEXT) IS NOT NULL
             ORDER BY id LIMIT :limit""",
        home=work.home, sharing=sharing_id, after=after, limit=limit,
    )  # fmt: skip
    found = [documents.document(row) for row in rows]
    return [shared_of(one.id, one.rev, one.body) for one in found]
