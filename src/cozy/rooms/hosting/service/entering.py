"""Coming in to the console with a token: a browser keeps a secret of its own for a day's work."""

from __future__ import annotations

import hashlib

from cozy.kernel.ids import new_secret
from cozy.kernel.work import Work

from .. import store
from ..model import VISIT, Token


def open_(work: Work, token: Token) -> str:
    """What the browser of somebody who showed a token keeps. It ends with the token at the latest."""
    secret = new_secret(32)
    store.entering.drop_old_sessions(work)
    store.entering.keep_session(work, _hash(secret), token.id, work.now + VISIT)
    return secret


def holder(work: Work, secret: str) -> Token | None:
    """The token that a browser came in with; None when its time is up, or the token's."""
    return store.entering.session(work, _hash(secret))


def end(work: Work, secret: str) -> None:
    """Let the browser out."""
    store.entering.drop_session(work, _hash(secret))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
