"""Tokens of the administration: who holds one is let in, to all of it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from cozy.kernel.clock import iso
from cozy.kernel.house import House
from cozy.kernel.work import Work

from .. import store
from ..errors import NoToken
from ..model import LIFE, SEEN_EVERY, WRONG_SECRETS, WRONG_WITHIN, Made, Token


def make(work: Work, name: str, life: timedelta = LIFE) -> str:
    """A new token, which is never shown again."""
    made = Made()
    expires_at = iso(work.now + life)
    store.entering.keep_token(work, Token(made.id, name, _hash(made.secret), iso(work.now), "", expires_at))
    return made.text


def listed(work: Work) -> list[Token]:
    """Every token that was not revoked."""
    return store.entering.tokens(work)


def revoke(work: Work, id_: str) -> None:
    """Let nobody in by this token any more. Raises NoToken."""
    if not store.entering.drop_token(work, id_):
        raise NoToken


async def holder(house: House, text: str, address: str) -> Token | None:
    """The token that somebody shows; None when it is none, or when too many wrong secrets came with its id from there.

    Which of these it was is never told, and an id that there is not costs as long as one that there is.
    """
    id_, _, secret = text.partition(".")
    id_ = id_ if id_.isalnum() else ""  # what no id is made of, PostgreSQL might not even look for
    known, tried = await house.read_host(_known, id_, address)
    is_right = hmac.compare_digest(_hash(secret), known.secret_sha256 if known else _hash(""))
    if known is None or tried >= WRONG_SECRETS:
        return None
    if not is_right:
        await house.write_host(_note, id_, address)
        return None
    if not known.seen_at or known.seen_at < iso(house.clock() - SEEN_EVERY):
        await house.write_host(store.entering.see_token, id_)
    return known


def _known(work: Work, id_: str, address: str) -> tuple[Token | None, int]:
    return store.entering.token(work, id_), store.entering.attempts(
        work, id_, address, work.now - WRONG_WITHIN
    )


def _note(work: Work, id_: str, address: str) -> None:
    store.entering.forget_attempts(work, work.now - WRONG_WITHIN)
    store.entering.note_attempt(work, id_, address)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
