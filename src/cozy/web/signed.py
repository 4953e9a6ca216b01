"""Which home signed a request (docs/homes-apart.md; the grammar is in `kernel/signatures.py`).

That a signature is good says only that the holder of a key made it. Whose key it is, and whether one was needed, is for who
is asked to say.
"""

from __future__ import annotations

from collections import OrderedDict

from cozy.kernel.problem import Forbidden
from cozy.kernel.signatures import Request, holds, promised_sha256
from cozy.kernel.signing import read_key, signature_in

from .call import Call

WITHIN_S = 300  # between the clocks of two homes, with the time that a request is under way
REMEMBERED = 100_000  # signatures of that time, in this process: none of them counts again


class BadSignature(Forbidden):
    """The signature of this request does not hold: it is another request's, or one of them was changed on its way."""


class LateSignature(Forbidden):
    """This request was signed at another time: compare the clocks of the two servers."""


class RepeatedRequest(Forbidden):
    """This very request was made before."""


class Seen:
    """The signatures of the last minutes."""

    def __init__(self, limit: int = REMEMBERED) -> None:
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._limit = limit

    def note(self, signature: bytes, now: float) -> bool:
        """Remember one; whether it is new. now: seconds. What was made too long ago is refused anyway, and forgotten."""
        while self._until and (len(self._until) >= self._limit or next(iter(self._until.values())) < now):
            self._until.popitem(last=False)
        if signature in self._until:
            return False
        self._until[signature] = now + 2 * WITHIN_S
        return True


_seen = Seen()


def signer(call: Call) -> str:
    """The public key of the home that signed this request; "" when none did.

    From then on the body has to be what was signed. Raises BadSignature, LateSignature, RepeatedRequest.
    """
    if not call.header("signature-input"):
        return ""
    asked = _request(call)
    found = signature_in(asked)
    if found is None:
        return ""
    now = call.house.clock().timestamp()
    if abs(now - found.number("created")) > WITHIN_S:
        raise LateSignature
    if not holds(asked, found, read_key(found.text("keyid"))):
        raise BadSignature
    if not _seen.note(found.value, now):
        raise RepeatedRequest
    if "content-digest" in found.covers:
        call.promised = promised_sha256(asked.headers["content-digest"]) or b"none that we can read"
    return found.text("keyid")


def _request(call: Call) -> Request:
    """The request as the other home made it: to our address as people know it, whatever proxies made of it."""
    raw_path = call.request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
    query = call.request.scope["query_string"].decode("ascii", "replace")
    headers: dict[str, str] = {}
    for name, value in call.request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(call.request.method, f"{call.home.origin}{raw_path}{'?' if query else ''}{query}", headers)
