"""Where settings come from: `cozy.toml`, then COZY_* variables, then options; each overrides the one before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from cozy.kernel.problem import Invalid
from cozy.kernel.settings import Settings
from cozy.rooms.auth.service import provider
from cozy.rooms.homes.service import contexts

KEPT = ("data", "key_file", "postgres", "contents", "s3_endpoint")  # where homes are kept


class BadSetting(Invalid):
    """A setting cannot be used."""


def load(file: Path | None = None, **options: Any) -> Settings:
    """The settings in force. file: `cozy.toml`, in the current folder when it is there. Raises BadSetting, BadContext."""
    chosen = file or Path(os.environ.get("COZY_CONFIG", "cozy.toml"))
    try:
        written = msgspec.toml.decode(chosen.read_bytes()) if file or chosen.exists() else {}
        spoken = {
            k[5:].lower(): v for k, v in os.environ.items() if k.startswith("COZY_") and k != "COZY_CONFIG"
        }
        known = {name: value for name, value in spoken.items() if name in Settings.__struct_fields__}
        given = {name: value for name, value in options.items() if value is not None}
        settings = msgspec.convert({**written, **known, **given}, Settings, strict=False)
    except (msgspec.ValidationError, msgspec.DecodeError, OSError) as error:
        raise BadSetting(f"A setting cannot be used: {error}.") from error
    contexts.check(settings)
    provider.check(settings)
    return settings


def kept_as(file: Path, settings: Settings) -> Settings:
    """The same settings, but for where homes are kept, which this file alone says. Raises BadSetting."""
    try:
        there = msgspec.toml.decode(file.read_bytes(), type=Settings, strict=False)
    except (msgspec.ValidationError, msgspec.DecodeError, OSError) as error:
        raise BadSetting(f"A setting cannot be used: {error}.") from error
    return replace(settings, **{name: getattr(there, name) for name in KEPT})
