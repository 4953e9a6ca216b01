"""The SQL of replication: how far documents were looked at, how far peers were told, and what is expected of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.db import Row
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from .model import Aside, Kind, Replica, Shared, shared_of

_COLUMNS = "sharing_id, member, documents_seq, files_seq, documents_job, files_job, failures, retry_at, is_initial, received"
_FIRST_PAUSE, _LONGEST_PAUSE = (
    timedelta(seconds=5),
    timedelta(days=1),
)  # before what was refused is sent again


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
    _forget_all(work, sharing_id, member)
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
    _forget_all(work, sharing_id, member)


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


def set_aside(work: Work, sharing_id: str, member: int, kind: Kind, id_: str, status: int) -> None:
    """A peer did not take this; it is sent again later, and later still when that is refused too."""
    row = work.db.one(
        """SELECT failures FROM set_aside
            WHERE home_id = :home AND sharing_id = :sharing AND member = :member AND kind = :kind AND id = :id""",
        home=work.home, sharing=sharing_id, member=member, kind=kind, id=id_,
    )  # fmt: skip
    failures = int(row[0]) + 1 if row else 1
    pause = min(_FIRST_PAUSE * 4 ** min(failures - 1, 10), _LONGEST_PAUSE)
    work.db.run(
        """INSERT INTO set_aside (home_id, sharing_id, member, kind, id, status, failures, retry_at)
           VALUES (:home, :sharing, :member, :kind, :id, :status, :failures, :retry_at)
           ON CONFLICT (home_id, sharing_id, member, kind, id) DO UPDATE
           SET status = excluded.status, failures = excluded.failures, retry_at = excluded.retry_at""",
        home=work.home, sharing=sharing_id, member=member, kind=kind, id=id_, status=status, failures=failures,
        retry_at=iso(work.now + pause),
    )  # fmt: skip


def aside(work: Work, sharing_id: str) -> list[Aside]:
    """What the peers of a sharing did not take."""
    rows = work.db.all(
        """SELECT member, id, status FROM set_aside
            WHERE home_id = :home AND sharing_id = :sharing ORDER BY member, id LIMIT 1000""",
        home=work.home, sharing=sharing_id,
    )  # fmt: skip
    return [Aside(*row) for row in rows]


def aside_due(work: Work, sharing_id: str, member: int, kind: Kind, limit: int) -> list[str]:
    """What a peer did not take and is sent again now, by id."""
    rows = work.db.all(
        """SELECT id FROM set_aside
            WHERE home_id = :home AND sharing_id = :sharing AND member = :member AND kind = :kind AND retry_at <= :now
            ORDER BY retry_at, id LIMIT :limit""",
        home=work.home, sharing=sharing_id, member=member, kind=kind, now=iso(work.now), limit=limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def next_aside(work: Work, sharing_id: str, member: int) -> str:
    """When the next of what a peer did not take is sent again; "" when there is nothing."""
    row = work.db.one(
        "SELECT MIN(retry_at) FROM set_aside WHERE home_id = :home AND sharing_id = :sharing AND member = :member",
        home=work.home, sharing=sharing_id, member=member,
    )  # fmt: skip
    return row[0] if row and row[0] else ""


def take_back(work: Work, sharing_id: str, member: int, kind: Kind, ids: Collection[str]) -> None:
    """A peer was told of these: they are no longer set aside."""
    known = list(ids)
    for start in range(0, len(known), 250):
        work.db.run(
            """DELETE FROM set_aside
                WHERE home_id = :home AND sharing_id = :sharing AND member = :member AND kind = :kind AND id IN :ids""",
            home=work.home, sharing=sharing_id, member=member, kind=kind, ids=known[start : start + 250],
        )  # fmt: skip


def hasten_aside(work: Work, sharing_id: str, member: int, statuses: Collection[int]) -> None:
    """Send what a peer did not take, for one of these reasons, again now."""
    work.db.run(
        """UPDATE set_aside SET retry_at = :now
            WHERE home_id = :home AND sharing_id = :sharing AND member = :member AND status IN :statuses""",
        home=work.home, sharing=sharing_id, member=member, now=iso(work.now), statuses=sorted(statuses),
    )  # fmt: skip


def _forget_all(work: Work, sharing_id: str, member: int | None) -> None:
    which = "" if member is None else "AND member = :member"
    work.db.run(
        f"DELETE FROM set_aside WHERE home_id = :home AND sharing_id = :sharing {which}",
        home=work.home, sharing=sharing_id, **({} if member is None else {"member": member}),
    )  # fmt: skip


def lack(work: Work, sharing_id: str, member: int, size: int) -> None:
    """There is no room here for something that a peer sends: as long as there are not so many bytes, at least."""
    work.db.run(
        """UPDATE replicas SET lacks = CASE WHEN lacks = 0 OR lacks > :size THEN :size ELSE lacks END
            WHERE home_id = :home AND sharing_id = :sharing AND member = :member""",
        home=work.home, sharing=sharing_id, member=member, size=max(1, size),
    )  # fmt: skip


def lack_nothing(work: Work, sharing_id: str, member: int) -> None:
    """There is room for what a peer sends, as far as is known."""
    work.db.run(
        "UPDATE replicas SET lacks = 0 WHERE home_id = :home AND sharing_id = :sharing AND member = :member",
        home=work.home, sharing=sharing_id, member=member,
    )  # fmt: skip


def lacking(work: Work) -> list[tuple[str, int, int]]:
    """Who could not send something for lack of room: sharing, member, and how many bytes it takes at least."""
    rows = work.db.all(
        "SELECT sharing_id, member, lacks FROM replicas WHERE home_id = :home AND lacks > 0 ORDER BY lacks",
        home=work.home,
    )
    return [(row[0], int(row[1]), int(row[2])) for row in rows]


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
