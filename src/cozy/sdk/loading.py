"""The connector of a Python file, or one that is shipped."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

from .declaring import Connector

SHIPPED = ("mailbox", "feeds", "webdav")
_MARK = "shipped:"


class NothingToLoad(Exception):
    """There is no connector there: a module that has one calls it CONNECTOR."""


def load(where: str) -> Connector:
    """`shipped:mailbox`, or the path of a file. Raises NothingToLoad."""
    if where.startswith(_MARK):
        return shipped(where.removeprefix(_MARK))
    path = Path(where).resolve()
    specification = importlib.util.spec_from_file_location(f"connector_{path.stem}", path)
    if specification is None or specification.loader is None or not path.is_file():
        raise NothingToLoad(where)
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    sys.path.insert(0, str(path.parent))
    specification.loader.exec_module(module)
    return _of(module, where)


def shipped(slug: str) -> Connector:
    """One of those that come with the home. Raises NothingToLoad."""
    if slug not in SHIPPED:
        raise NothingToLoad(slug)
    return _of(importlib.import_module(f"{__package__}.shipped.{slug}"), slug)


def _of(module: object, where: str) -> Connector:
    found = getattr(module, "CONNECTOR", None)
    if not isinstance(found, Connector):
        raise NothingToLoad(where)
    return found
