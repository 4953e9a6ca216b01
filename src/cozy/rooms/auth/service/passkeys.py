"""Passkeys (WebAuthn): the device's own lock opens the home; the secret never leaves the device.

A challenge is signed and dated rather than stored, so that showing a page writes nothing; using one up is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

import msgspec
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.text import nfc
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .. import store
from ..errors import NoPasskey, WrongPasskey
from ..model import Credential, Entered, Passkey, Visitor
from . import entering, limits, sessions, totp

_KIND, _USED = "passkey", "challenge"
_LIFETIME = timedelta(minutes=10)
NAME_LIMIT = 60  # characters


class _ClientData(msgspec.Struct):
    challenge: str


class _Response(msgspec.Struct):
    client_data: str = msgspec.field(name="clientDataJSON")


class _Answer(msgspec.Struct):
    response: _Response


def invitation(work: Work, home: Home) -> str:
    """What a browser needs to make a passkey, as JSON (WebAuthn §5.4)."""
    profile = homes.profile(work)
    options = generate_registration_options(
        rp_id=home.domain,
        rp_name="Cozy",
        user_id=home.id.encode(),
        user_name=home.domain,
        user_display_name=profile.public_name,
        challenge=_challenge(work, "register"),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(base64url_to_bytes(known.id))
            for known in store.credentials.of_kind(work, _KIND)
        ],
    )
    return options_to_json(options)


def question(work: Work, home: Home) -> str:
    """What a browser needs to use a passkey, as JSON (WebAuthn §5.5); whichever it has for this home."""
    options = generate_authentication_options(
        rp_id=home.domain,
        challenge=_challenge(work, "enter"),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def add(work: Work, home: Home, answer: str, name: str) -> Passkey:
    """Keep a passkey that a browser has made. Raises WrongPasskey."""
    challenge = _spent_challenge(work, "register", answer)
    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=home.domain, expected_origin=home.origin,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError) as error:
        raise WrongPasskey from error
    details = {
        "name": nfc(name).strip()[:NAME_LIMIT] or "Passkey", "used_at": "", "sign_count": made.sign_count,
        "public_key": bytes_to_base64url(made.credential_public_key),
    }  # fmt: skip
    id_ = bytes_to_base64url(made.credential_id)
    store.credentials.put(work, _KIND, id_, details)
    return Passkey(id_, details["name"], iso(work.now), "")


def enter(work: Work, home: Home, answer: str, visitor: Visitor) -> Entered:
    """Let in who holds a passkey, in place of both steps. Raises WrongPasskey."""
    _prove(work, home, answer)
    limits.forgive(work, "passkey", visitor)
    return sessions.open_(work, visitor, totp.factor(work))


def enter_after(work: Work, home: Home, token: str, answer: str, visitor: Visitor) -> Entered:
    """Let in who did the first step and holds a passkey. Raises StepExpired, WrongPasskey."""
    pending = entering.finish_first_step(work, token)
    return enter(work, home, answer, entering.continuing(visitor, pending))


def _prove(work: Work, home: Home, answer: str) -> None:
    challenge = _spent_challenge(work, "enter", answer)
    try:
        parsed = parse_authentication_credential_json(answer)
        known = store.credentials.one(work, _KIND, bytes_to_base64url(parsed.raw_id))
        if known is None:
            raise WrongPasskey
        proved = verify_authentication_response(
            credential=parsed, expected_challenge=challenge, expected_rp_id=home.domain, expected_origin=home.origin,
            credential_public_key=base64url_to_bytes(known.details["public_key"]),
            credential_current_sign_count=known.details["sign_count"], require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError) as error:
        raise WrongPasskey from error
    details = {**known.details, "sign_count": proved.new_sign_count, "used_at": iso(work.now)}
    store.credentials.change(work, _KIND, known.id, details)


def listed(work: Work) -> list[Passkey]:
    """The passkeys of this home, oldest first."""
    return [_passkey(known) for known in store.credentials.of_kind(work, _KIND)]


def rename(work: Work, passkey_id: str, name: str) -> None:
    """Give a passkey another name. Raises NoPasskey."""
    known = store.credentials.one(work, _KIND, passkey_id)
    if known is None:
        raise NoPasskey
    named = nfc(name).strip()[:NAME_LIMIT] or known.details["name"]
    store.credentials.change(work, _KIND, passkey_id, {**known.details, "name": named})


def remove(work: Work, passkey_id: str) -> None:
    """Let a passkey open this home no more. Raises NoPasskey."""
    if not store.credentials.drop(work, _KIND, passkey_id):
        raise NoPasskey


def _passkey(known: Credential) -> Passkey:
    return Passkey(known.id, known.details["name"], known.created_at, known.details["used_at"])


def _challenge(work: Work, purpose: str) -> bytes:
    """16 random bytes, the second when it ends, and our seal."""
    until = int((work.now + _LIFETIME).timestamp())
    head = secrets.token_bytes(16) + until.to_bytes(8, "big")
    return head + _seal(work, purpose, head)


def _spent_challenge(work: Work, purpose: str, answer: str) -> bytes:
    """The challenge that a browser answers, if it is ours, still good, and answered for the first time."""
    try:
        data = msgspec.json.decode(answer, type=_Answer).response.client_data
        challenge = base64url_to_bytes(
            msgspec.json.decode(base64url_to_bytes(data), type=_ClientData).challenge
        )
    except ValueError as error:
        raise WrongPasskey from error
    head, seal = challenge[:24], challenge[24:]
    until = int.from_bytes(head[16:], "big")
    is_ours = hmac.compare_digest(seal, _seal(work, purpose, head)) and until > work.now.timestamp()
    if not is_ours or not store.credentials.spend(work, _USED, head.hex(), work.now + _LIFETIME):
        raise WrongPasskey
    return challenge


def _seal(work: Work, purpose: str, head: bytes) -> bytes:
    return hmac.new(
        homes.secret(work, "tokens"), b"passkey " + purpose.encode() + head, hashlib.sha256
    ).digest()
