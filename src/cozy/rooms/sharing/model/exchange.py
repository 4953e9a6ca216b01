"""What two homes hand each other when somebody says yes (cozy-stack docs/sharing.md, `answer`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from ..errors import WrongState
from . import ANSWER, Token, without_nulls
from .ids import key_in

LONGEST = 4000  # characters of a token


class Bitwarden(Struct, frozen=True):
    """The public key of a member, where secrets are shared end to end."""

    user_id: str = ""
    public_key: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """How a home lets another in, and what it says of its owner. state: which invitation is answered."""

    state: str = ""
    public_name: str = ""
    client: Mapping[str, Any] | None = None
    access_token: Token | None = None
    xor_key: str = ""
    bitwarden: Bitwarden | None = None


class Moved(Struct, frozen=True):
    """Where a home is by now, and how it lets another in there."""

    new_instance: str = ""
    access_token: str = ""
    refresh_token: str = ""


def answer_in(attributes: Mapping[str, Any]) -> Answer:
    """The answer that a JSON:API resource holds. Raises WrongState when nobody is let in by it."""
    try:
        answer = msgspec.convert(without_nulls(attributes), Answer)
    except msgspec.ValidationError as error:
        raise WrongState from error
    client, token = answer.client, answer.access_token
    if client is None or token is None or not token.access_token:
        raise WrongState
    texts = [token.access_token, token.refresh_token, *(str(value) for value in client.values())]
    if len(client) > 50 or max(map(len, texts)) > LONGEST:
        raise WrongState
    key_in(answer.xor_key)
    return answer


def document(sharing_id: str, answer: Answer) -> dict[str, Any]:
    """The JSON:API document of an answer."""
    raw: dict[str, Any] = msgspec.to_builtins(answer)
    attributes = {name: value for name, value in raw.items() if value}
    return {"data": {"type": ANSWER, "id": sharing_id, "attributes": attributes}}
