"""Ids as another home knows them: XOR of their hexadecimal digits with the key that two homes share (cozy-stack
docs/sharing-design.md), so that what is shared twice is two documents, and each home can undo it.
"""

from __future__ import annotations

import base64
import secrets

from ..errors import WrongState

_DIGITS = "0123456789abcdef"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {
    digit.upper(): value for value, digit in enumerate(_DIGITS)
}
_LENGTH, _LONGEST = 16, 64


def new_key() -> str:
    """A fresh key: sixteen nibbles, in base64. None is zero, so that even `personal` is called otherwise in the other home."""
    return base64.b64encode(bytes(1 + secrets.randbelow(15) for _ in range(_LENGTH))).decode()


def key_in(text: str) -> bytes:
    """The key that was written so; b"" for none, as in a drive. Raises WrongState for what is none."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise WrongState from error
    if len(key) > _LONGEST:
        raise WrongState
    return key


def xored(id_: str, key: bytes) -> str:
    """The id of the same document in the other home; twice is the id itself. What is no hexadecimal digit stays."""
    if not key:
        return id_
    return "".join(
        _DIGITS[_VALUES[char] ^ (key[at % len(key)] & 0xF)] if char in _VALUES else char
        for at, char in enumerate(id_)
    )


def xored_reference(value: str, key: bytes) -> str:
    """The same of `doctype/id`."""
    doctype, slash, id_ = value.partition("/")
    return f"{doctype}{slash}{xored(id_, key)}"
