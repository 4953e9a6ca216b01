"""How homes sign what they ask of each other: what a signature covers and says, and how a key is written (docs/homes-apart.md)."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .signatures import ALGORITHM, Request, Signature, sign, signatures

TAG = "cozy-home"
ALWAYS = ("@method", "@target-uri")
IF_THERE = ("authorization", "content-digest")
_KEY = 32  # bytes


def headers_of(request: Request, key: bytes, now: datetime) -> dict[str, str]:
    """The headers by which a home signs a request. key: the home's own."""
    parameters = {
        "created": int(now.timestamp()),
        "keyid": public_key_of(key),
        "alg": ALGORITHM,
        "nonce": secrets.token_urlsafe(16),
        "tag": TAG,
    }
    return sign(request, _covered(request), key, parameters)


def signature_in(request: Request) -> Signature | None:
    """The signature of a home that came with a request, if it covers all that it must and names a key. It may be false."""
    for found in signatures(request.headers):
        if found.text("tag") == TAG and found.text("alg") == ALGORITHM:
            is_whole = set(_covered(request)) <= set(found.covers)
            return found if is_whole and read_key(found.text("keyid")) else None
    return None


def _covered(request: Request) -> tuple[str, ...]:
    return (*ALWAYS, *(name for name in IF_THERE if name in request.headers))


@lru_cache(maxsize=1024)
def public_key_of(key: bytes) -> str:
    """The public half of a key, as it is written: base64url without padding (RFC 4648 §5)."""
    return _written(Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw())


def read_key(text: str) -> bytes:
    """The bytes of a public key; none when this text is no such key, or not in the one way that it is written."""
    raw = _read(text)
    return raw if len(raw) == _KEY and _written(raw) == text else b""


def sign_text(text: str, key: bytes) -> str:
    """The signature of a text, written as keys are. Its first line says what it is, so that it is good for nothing else."""
    return _written(Ed25519PrivateKey.from_private_bytes(key).sign(text.encode()))


def is_signed(text: str, signature: str, public_key: str) -> bool:
    """Whether the holder of this key signed this text."""
    try:
        Ed25519PublicKey.from_public_bytes(read_key(public_key)).verify(_read(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
