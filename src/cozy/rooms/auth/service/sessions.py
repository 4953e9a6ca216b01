"""Sessions: the owner is in on a device, until it is not used for a while or the owner ends it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from cozy.kernel.bus import Change
from cozy.kernel.caller import EVERYTHING, Caller
from cozy.kernel.clock import iso, parse
from cozy.kernel.ids import hashed, new_id, new_secret
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes

from .. import store
from ..errors import NoSession
from ..events import DeviceEntered
from ..model import (
    HAND_OVER,
    INVITATION,
    LOGINS,
    SEEN_EVERY,
    SESSIONS,
    STAY,
    VISIT,
    Details,
    Entered,
    Session,
    Visitor,
)  # fmt: skip
from . import devices

_CODE = "session_code"
_INVITATION = "invitation"


def open_(work: Work, visitor: Visitor, factor: str = "") -> Entered:
    """Let somebody in, who has proved to be the owner. factor: the second factor that they gave."""
    browser, system = devices.browser_of(visitor.user_agent), devices.system_of(visitor.user_agent)
    id_, secret = new_id(), new_secret(32)
    details = Details(browser, system, visitor.address, visitor.stays, visitor.sid)
    store.sessions.add(work, id_, hashed(secret), details, work.now + _lifetime(details))
    login = {
        "session_id": id_, "ip": visitor.address, "user_agent": visitor.user_agent, "os": system, "browser": browser,
        "created_at": iso(work.now),
    }  # fmt: skip
    if devices.known(work, visitor.device) is None and store.sessions.has_logins(work):
        work.publish(DeviceEntered(id_))
    documents.create(work, LOGINS, login)
    return Entered(f"{id_}.{secret}", devices.remember(work, visitor, factor), visitor.stays)


def of(work: Work, cookie: str) -> Session | None:
    """The living session that a cookie opens."""
    id_, _, secret = cookie.partition(".")
    return store.sessions.opened_with(work, id_, hashed(secret)) if secret else None


def found(work: Work, cookie: str, slug: str = "") -> tuple[Session | None, bool]:
    """The session that a cookie opens, and whether `seen_at` is old enough to be written again.

    slug: of the app on whose origin the cookie was kept; "" on the home's own.
    """
    session = at_app(work, slug, cookie) if slug else of(work, cookie)
    return session, session is not None and parse(session.seen_at) + SEEN_EVERY <= work.now


def hand_over(work: Work, session_id: str, slug: str) -> str:
    """A code that carries a session to the origin of an app: for one use, within a minute."""
    code = new_secret(32)
    details = {"session": session_id, "slug": slug}
    store.credentials.put(work, _CODE, hashed(code), details, work.now + HAND_OVER)
    return code


def invite(work: Work) -> str:
    """A code that opens a session in another browser: for one use, within five minutes. For who proved to be the owner."""
    code = new_secret(32)
    store.credentials.put(work, _INVITATION, hashed(code), {}, work.now + INVITATION)
    return code


def accept(work: Work, code: str, visitor: Visitor) -> Entered | None:
    """Open the session that an invitation promised; None when it promised none."""
    known = store.credentials.one(work, _INVITATION, hashed(code))
    if known is None or not store.credentials.drop(work, _INVITATION, known.id):
        return None
    return open_(work, visitor)


def take_over(work: Work, code: str, slug: str) -> tuple[Session, str] | None:
    """The session that a code carries to an app, and the cookie for that app's origin; None when it carries none."""
    known = store.credentials.one(work, _CODE, hashed(code))
    if known is None or not store.credentials.drop(work, _CODE, known.id) or known.details["slug"] != slug:
        return None
    session = store.sessions.living_one(work, known.details["session"])
    return (session, f"{session.id}.{_seal(work, session.id, slug)}") if session else None


def at_app(work: Work, slug: str, cookie: str) -> Session | None:
    """The living session whose cookie an app's origin keeps. It opens nothing elsewhere."""
    id_, _, seal = cookie.partition(".")
    if not hmac.compare_digest(seal.encode(), _seal(work, id_, slug).encode()):
        return None
    return store.sessions.living_one(work, id_)


def _seal(work: Work, session_id: str, slug: str) -> str:
    said = f"app-session {slug} {session_id}".encode()
    return hmac.new(homes.secret(work, "tokens"), said, hashlib.sha256).hexdigest()


def caller_in(session: Session) -> Caller:
    """The owner, in a session."""
    return Caller("owner", EVERYTHING, session=session.id)


def see(work: Work, session: Session) -> None:
    """Note that a session is in use; it lives longer for it."""
    store.sessions.see(work, session.id, work.now + _lifetime(session.details))


def is_open(work: Work, session_id: str) -> bool:
    """Whether a session still is."""
    return store.sessions.living_one(work, session_id) is not None


def living_one(work: Work, session_id: str) -> Session:
    """A session that is open. Raises NoSession."""
    found = store.sessions.living_one(work, session_id)
    if found is None:
        raise NoSession
    return found


def last_seen(work: Work) -> str:
    """When somebody was last in (RFC 3339), as far as the sessions that are kept tell; "" when nobody was."""
    return store.sessions.last_seen(work)


def living(work: Work) -> list[Session]:
    """The sessions that are open, the last seen first."""
    return store.sessions.living(work)


def end(work: Work, session_id: str) -> None:
    """End a session, at once. Raises NoSession."""
    if not store.sessions.end(work, session_id):
        raise NoSession
    work.changes.append(Change("DELETED", SESSIONS, session_id))


def end_others(work: Work) -> int:
    """End every session but the caller's own, and say how many."""
    return end_all_but(work, work.caller.session)


def end_all_but(work: Work, session_id: str) -> int:
    """End every session but one, and say how many. session_id: "" ends all."""
    work.changes.append(Change("DELETED", SESSIONS, ""))
    return store.sessions.end_others(work, session_id)


def forget_expired(work: Work) -> None:
    """Forget sessions, links and challenges that are over."""
    store.sessions.drop_expired(work)
    store.credentials.drop_expired(work)


def _lifetime(details: Details) -> timedelta:
    return STAY if details.stays else VISIT
