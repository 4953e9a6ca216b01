"""What is asked for by names and values, as cozy-stack's scripts write it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import Struct

from ..errors import BadParameter, OwnersToSay

T = TypeVar("T", bound=Struct)

# Of cozy-stack, and without a meaning here: the answer says that they were passed over.
IDLE = {
    name.lower()
    for name in (
        "Apps", "AuthMode", "AutoUpdate", "CouchCluster", "Debug", "DomainAliases", "FranceConnectID", "FromCloudery",
        "KdfIterations", "Key", "MagicLink", "OldDomain", "OnboardingFinished", "Phone", "SwiftLayout", "TOSLatest", "Trace",
    )
}  # fmt: skip
OWNERS = {name.lower() for name in ("Email", "PublicName", "Locale", "Timezone", "Phone", "MagicLink")}


def read(pairs: Iterable[tuple[str, str]], shape: type[T], *, owners: bool = False) -> tuple[T, list[str]]:
    """What is asked for, and the parameters that were passed over. owners: whether what is the owner's to say is refused.

    Raises BadParameter, OwnersToSay.
    """
    given, idle = dict[str, str](), list[str]()
    names = {name.lower(): name for name in shape.__struct_encode_fields__}
    for name, value in pairs:
        plain = name.lower()
        if plain in names:
            given[names[plain]] = value
        elif owners and plain in OWNERS:
            raise OwnersToSay(parameter=name)
        elif plain in IDLE:
            idle.append(name)
        else:
            raise BadParameter("There is no such parameter.", parameter=name)
    try:
        return msgspec.convert(given, shape, strict=False), idle
    except msgspec.ValidationError as error:
        raise BadParameter(f"This cannot be used: {error}.", parameter=_named(error)) from error


def _named(error: msgspec.ValidationError) -> str:
    """The parameter that an error is about: it ends with `$.DiskQuota`."""
    return str(error).rpartition("$.")[2].strip("`") if "$." in str(error) else str(error).split("`")[1]
