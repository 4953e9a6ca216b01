"""Signed HTTP requests (RFC 9421, Ed25519) and digests of their bodies (RFC 9530): texts and bytes, no HTTP library.

What is read is the part of RFC 8941 that such a signature needs, in the one spelling that serializers give it. Whatever is
spelled otherwise counts as no signature, which never opens anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import SplitResult, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

ALGORITHM = "ed25519"

_KEY = r"[a-z*][a-z0-9_.*-]*"
_STRING = r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"'
_BYTES = r":[A-Za-z0-9+/]*={0,2}:"
_VALUE = rf"{_STRING}|-?[0-9]{{1,15}}"
_PARAMETER = re.compile(rf";({_KEY})=({_VALUE})")
_INPUT = re.compile(
    rf"({_KEY})=(\(((?:{_STRING}(?: {_STRING})*)?)\)((?:;{_KEY}=(?:{_VALUE}))*))(?:, ?(?=.)|$)"
)
_SIGNATURE = re.compile(rf"({_KEY})=({_BYTES})(?:, ?(?=.)|$)")


class Request(Struct, frozen=True):
    """What of a request can be signed. headers: names in lower case; what came several times is joined by a comma."""

    method: str
    url: str  # the whole address, as the other side is asked
    headers: Mapping[str, str]


class Signature(Struct, frozen=True):
    """A signature, and what it says of itself. Nothing of it is true before `holds` said so."""

    label: str
    covers: tuple[str, ...]
    parameters: Mapping[str, str | int]
    params: str  # the same as they are signed: the value of `@signature-params`
    value: bytes

    def text(self, name: str) -> str:
        """A parameter that is a text; "" where there is none."""
        found = self.parameters.get(name, "")
        return found if isinstance(found, str) else ""

    def number(self, name: str) -> int:
        """A parameter that is a number; -1 where there is none."""
        found = self.parameters.get(name, -1)
        return found if isinstance(found, int) else -1


class CannotSign(Exception):
    """The request lacks what a signature is to cover, or is to cover something that we do not know."""


def sign(
    request: Request,
    covers: Sequence[str],
    key: bytes,
    parameters: Mapping[str, str | int],
    label: str = "sig1",
) -> dict[str, str]:
    """The two headers that sign a request. key: of Ed25519, 32 bytes. Raises CannotSign."""
    params = f"({' '.join(map(_quoted, covers))})" + "".join(
        f";{name}={value if isinstance(value, int) else _quoted(value)}" for name, value in parameters.items()
    )
    signed = Ed25519PrivateKey.from_private_bytes(key).sign(base(request, covers, params))
    return {"signature-input": f"{label}={params}", "signature": f"{label}={_octets(signed)}"}


def signatures(headers: Mapping[str, str]) -> list[Signature]:
    """Every signature that came with a request. headers: as in Request."""
    given = _members(_SIGNATURE, headers.get("signature", ""))
    values = {label: base64.b64decode(value[1:-1]) for label, value in given if len(value) % 4 == 2}
    return [
        Signature(
            label, tuple(map(_plain, re.findall(_STRING, covers))), _parameters(rest), params, values[label]
        )
        for label, params, covers, rest in _members(_INPUT, headers.get("signature-input", ""))
        if label in values
    ]


def holds(request: Request, signature: Signature, public_key: bytes) -> bool:
    """Whether the holder of this key signed this request, as far as the signature covers it."""
    try:
        signed = base(request, signature.covers, signature.params)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature.value, signed)
    except (CannotSign, InvalidSignature, ValueError):
        return False
    return True


def base(request: Request, covers: Sequence[str], params: str) -> bytes:
    """What is really signed (RFC 9421 §2.5). Raises CannotSign."""
    if len(set(covers)) != len(covers):
        raise CannotSign
    lines = [f"{_quoted(name)}: {_component(request, name)}" for name in covers]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode()


def content_digest(sha256: bytes) -> str:
    """The header `content-digest` of a body with this hash (RFC 9530 §2)."""
    return f"sha-256={_octets(sha256)}"


def digest_of(body: bytes) -> str:
    """The same, of this body."""
    return content_digest(hashlib.sha256(body).digest())


def promised_sha256(header: str) -> bytes | None:
    """The SHA-256 that a header `content-digest` promises; None where it holds none that we can read."""
    for algorithm, value in _members(_SIGNATURE, header):
        if algorithm == "sha-256":
            try:
                digest = base64.b64decode(value[1:-1], validate=True)
            except binascii.Error:
                return None
            return digest if len(digest) == hashlib.sha256().digest_size else None
    return None


_DERIVED: dict[str, Callable[[Request, SplitResult], str]] = {
    "@method": lambda request, _: request.method,
    "@target-uri": lambda request, _: request.url,
    "@authority": lambda _, url: _authority(url),
    "@scheme": lambda _, url: url.scheme.lower(),
    "@request-target": lambda _, url: (url.path or "/") + (f"?{url.query}" if url.query else ""),
    "@path": lambda _, url: url.path or "/",
    "@query": lambda _, url: f"?{url.query}",
}  # RFC 9421 §2.2


def _component(request: Request, name: str) -> str:
    if derive := _DERIVED.get(name):
        return derive(request, urlsplit(request.url))
    value = request.headers.get(name)
    if value is None or name.startswith("@") or name != name.lower():
        raise CannotSign(name)
    return value.strip()


def _authority(url: SplitResult) -> str:
    """Host and port, without the port that the scheme implies anyway (§2.2.3)."""
    host = url.netloc.rpartition("@")[2].lower()
    return host.removesuffix({"http": ":80", "https": ":443"}.get(url.scheme.lower(), ":"))


def _members(pattern: re.Pattern[str], header: str) -> list[tuple[str, ...]]:
    """The members of a dictionary; none at all when anything in it is spelled otherwise than expected."""
    found, at = [], 0
    while at < len(header):
        member = pattern.match(header, at)
        if member is None:
            return []
        found.append(member.groups())
        at = member.end()
    return found


def _parameters(text: str) -> dict[str, str | int]:
    return {
        name: _plain(value) if value.startswith('"') else int(value)
        for name, value in _PARAMETER.findall(text)
    }


def _quoted(text: str) -> str:
    """A string of RFC 8941 §3.3.3. Raises CannotSign."""
    if not (text.isascii() and text.isprintable()):
        raise CannotSign(text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def _octets(value: bytes) -> str:
    return f":{base64.b64encode(value).decode()}:"
