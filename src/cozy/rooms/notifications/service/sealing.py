"""Sealing messages for one browser (RFC 8291, RFC 8188), and signing requests to its service (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from ..errors import BadSubscription
from ..model import Subscription

PURPOSE = "web-push"  # of the home's derived key
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_RECORD = 4096  # bytes: one record holds all
_VALID = timedelta(hours=12)  # a signature; services refuse more than a day


def check(subscription: Subscription) -> None:
    """Raises BadSubscription when nothing can be sealed for it."""
    try:
        sealed(b"", subscription)
        is_whole = len(_bytes(subscription.auth)) == 16
    except ValueError as error:
        raise BadSubscription(parameter="p256dh") from error
    if not is_whole:
        raise BadSubscription(parameter="auth")


def sealed(
    message: bytes, subscription: Subscription, *, private: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:  # fmt: skip
    """A message that only this browser can read, in the content coding aes128gcm. private, salt: fresh ones unless given."""
    theirs = _bytes(subscription.p256dh)
    private, salt = private or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    ours = _point(private)
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs))
    secret = _derived(shared, _bytes(subscription.auth), b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    record = AESGCM(key).encrypt(nonce, message + b"\2", None)  # 2: the last record (RFC 8188 §2)
    return salt + _RECORD.to_bytes(4) + bytes([len(ours)]) + ours + record


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def signature(seed: bytes, endpoint: str, contact: str, now: datetime) -> str:
    """The header Authorization of a request to the service of a browser. seed: of our key; contact: whom it may turn to."""
    address = urlsplit(endpoint)
    claims = {
        "aud": f"{address.scheme}://{address.netloc}", "exp": int((now + _VALID).timestamp()), "sub": contact,
    }  # fmt: skip
    pem = _private(seed).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(pem))
    return f"vapid t={token}, k={public_of(seed)}"


def public_of(seed: bytes) -> str:
    """The public half of the key that a seed makes, as browsers take it."""
    return base64.urlsafe_b64encode(_point(_private(seed))).decode().rstrip("=")


def _private(seed: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, _CURVE)


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
