"""The connectors that come with the home: offered to everybody, installed when the first account is added."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.apps.model import KONNECTORS, App
from cozy.rooms.documents import service as documents
from cozy.sdk import Connector
from cozy.sdk.loading import SHIPPED, shipped

SOURCE = "shipped://"


@cache
def connector(slug: str) -> Connector | None:
    """The connector of this slug, None when none is shipped."""
    return shipped(slug) if slug in SHIPPED else None


def slugs() -> tuple[str, ...]:
    """All of them."""
    return SHIPPED


def offered(slug: str) -> App | None:
    """One as apps are shown, whether it is installed or not."""
    found = connector(slug)
    return App(kind="konnector", slug=slug, body=_body(found)) if found else None


def source(slug: str) -> str:
    """Where the one of this slug comes from, as its document says; "" when none is shipped."""
    return f"{SOURCE}{slug}" if slug in SHIPPED else ""


def is_one(app: App) -> bool:
    """Whether an installed connector is the one that is shipped, rather than one of a registry that has its slug."""
    return app.source == f"{SOURCE}{app.slug}"


def ensure(work: Work, slug: str) -> None:
    """Have it among what is installed, as it is shipped today."""
    found = connector(slug)
    if found is None:
        return
    id_ = f"{KONNECTORS}/{slug}"
    known = documents.fetch_many(work, KONNECTORS, [id_]).get(id_)
    now = iso(work.now)
    if known is None:
        documents.create(work, KONNECTORS, {**_body(found), "created_at": now, "updated_at": now}, id_=id_)
    elif known.body.get("source") == f"{SOURCE}{slug}" and known.body.get("version") != found.version:
        documents.update(work, known, {**known.body, **_body(found), "updated_at": now})


def _body(found: Connector) -> dict[str, Any]:
    return {**found.manifest(), "slug": found.slug, "source": f"{SOURCE}{found.slug}", "state": "ready"}


def files() -> Iterator[tuple[str, bytes]]:
    """The SDK, by paths, for the folder of a program that imports it."""
    yield "cozy/__init__.py", b""
    yield from _files("cozy/sdk", resources.files("cozy.sdk"))


def _files(path: str, folder: Any) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        if each.is_dir() and each.name != "__pycache__":
            yield from _files(f"{path}/{each.name}", each)
        elif each.name.endswith(".py"):
            yield f"{path}/{each.name}", each.read_bytes()
