"""Requests signed as S3 services want it (AWS Signature Version 4, of the header Authorization)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

from msgspec import Struct

UNSIGNED = "UNSIGNED-PAYLOAD"  # in place of the hash of a body that is not known before it is sent
_ALGORITHM = "AWS4-HMAC-SHA256"


class Keys(Struct, frozen=True):
    """What opens a service, and where it says that it is."""

    access: str
    secret: str
    region: str


def encoded(text: str, *, keep: str = "") -> str:
    """As AWS encodes names: all but letters, digits and -._~"""
    return quote(text, safe=f"-._~{keep}")


def signed(
    keys: Keys, method: str, url: str, headers: Mapping[str, str], payload: str, now: datetime
) -> dict[str, str]:
    """The headers with those that sign them. url: its path encoded by `encoded`; payload: the SHA-256 of the body, or UNSIGNED."""
    parts = urlsplit(url)
    at = now.strftime("%Y%m%dT%H%M%SZ")
    told = {**headers, "x-amz-content-sha256": payload, "x-amz-date": at}
    signed_ = {name.lower(): " ".join(value.split()) for name, value in told.items()} | {"host": parts.netloc}
    names = ";".join(sorted(signed_))
    lines = [
        method, parts.path or "/", _query(parts.query), *(f"{name}:{signed_[name]}" for name in sorted(signed_)), "", names, payload,
    ]  # fmt: skip
    scope = f"{at[:8]}/{keys.region}/s3/aws4_request"
    request = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    key = f"AWS4{keys.secret}".encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    signature = _mac(key, f"{_ALGORITHM}\n{at}\n{scope}\n{request}").hex()
    proof = f"{_ALGORITHM} Credential={keys.access}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**told, "authorization": proof}


def _query(text: str) -> str:
    pairs = [(encoded(name), encoded(value)) for name, value in parse_qsl(text, keep_blank_values=True)]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
