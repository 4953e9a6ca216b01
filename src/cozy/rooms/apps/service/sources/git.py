"""A branch of a git repository: `git+https://example.org/alice/app.git#build`.

Places where people keep repositories also give archives of their branches: that is one request through the guarded client.
The program git, where it is there, is asked only when no archive is found, and only for who holds this machine: it would
reach addresses of the network inside.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urldefrag, urlsplit

from cozy.kernel.problem import Elsewhere

from ...errors import BadArchive, BadSource, NoManifest, NoSource
from . import folder, tarball
from .offer import Offer, Wanted

TIMEOUT_S = 60.0
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}")
_ON_THE_WEB = {"git": "https", "git+https": "https", "git+http": "http"}
_USUAL = ("HEAD", "main", "master")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https:git:ssh", "GIT_CONFIG_NOSYSTEM": "1"}


async def offer(wanted: Wanted) -> Offer:
    """The app on a branch; without a name, the one that the repository shows first. Raises BadSource, NoManifest."""
    url, ref = urldefrag(wanted.source)
    if ref and not _REF.fullmatch(ref):
        raise BadSource("This is no name of a branch.", parameter="Source")
    parts = urlsplit(url)
    if parts.scheme in _ON_THE_WEB:
        for address in _archives(
            f"{_ON_THE_WEB[parts.scheme]}://{parts.netloc}{parts.path}", (ref,) if ref else _USUAL
        ):
            with suppress(NoManifest, NoSource, BadArchive, Elsewhere):
                archive = wanted.scratch / "archive"
                sha256 = await tarball.fetch(wanted.house, address, archive)
                return await tarball.of_archive(wanted.kind, archive, sha256)
    if not wanted.is_trusted:
        raise NoManifest
    return await _offer_by_program(wanted, url, ref)


async def _offer_by_program(wanted: Wanted, url: str, ref: str) -> Offer:
    if shutil.which("git") is None:
        raise BadSource("This needs the program git, which is not installed here.", parameter="Source")
    where = wanted.scratch / "clone"
    branch = ["--branch", ref] if ref else []
    address = url.removeprefix("git+").replace("ssh+git://", "ssh://")
    await _git("clone", "--quiet", "--depth", "1", "--no-tags", *branch, "--", address, str(where))
    commit = (await _git("-C", str(where), "rev-parse", "HEAD")).strip()
    return await folder.of_folder(wanted.kind, where, commit)


def _archives(base: str, refs: tuple[str, ...]) -> Iterator[str]:
    """Where GitHub, Forgejo and their like, and where GitLab keep the archive of a branch."""
    bare = base.rstrip("/").removesuffix(".git")
    name = bare.rpartition("/")[2]
    for ref in refs:
        yield f"{bare}/archive/{ref}.tar.gz"
        yield f"{bare}/-/archive/{ref}/{name}-{ref.replace('/', '-')}.tar.gz"


async def _git(*arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        "git", "-c", "core.hooksPath=/dev/null", *arguments,
        env={**os.environ, **_QUIET}, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(), TIMEOUT_S)
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise NoSource from error
    if process.returncode:
        raise NoManifest
    return out.decode("utf-8", "replace")
