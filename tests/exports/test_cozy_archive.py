"""The archive that every Cozy reads: laid out as cozy-stack's importer wants it, and taken in whole by our own."""

import base64
import hashlib
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.exports import service
from cozy.rooms.exports.errors import NotEmpty
from cozy.rooms.files import service as files
from tests.exports.conftest import trust
from tests.exports.test_open_folder import _once as once
from tests.exports.test_open_folder import taken_to
from tests.exports.test_round_trip import (
    OWN,
    STAYING,
    also,
    brought,
    documents_of,
    files_of,
    without_the_list,
)

DATA = "My Cozy/Data/"


@pytest.fixture
async def full(house: House, lived_in: Home) -> Home:
    """The home, with all that round trips are made with."""
    await house.write(lived_in, SYSTEM, also)
    return lived_in


@pytest.fixture
async def parts(house: House, full: Home, target: Path) -> list[Path]:
    """Its archive, in parts as small as they get."""
    done = await service.parts.archive(house, full, target, part_size=20_000)
    assert done.left_out == []
    return sorted(target.iterdir())


def entries(parts: list[Path]) -> list[tuple[str, bytes]]:
    """Everything in it, in order."""
    found = []
    for part in parts:
        with zipfile.ZipFile(part) as archive:
            assert archive.testzip() is None
            found += [(name, archive.read(name)) for name in archive.namelist()]
    return found


async def test_it_is_read_as_cozy_stack_reads_it(parts):
    """Part by part: folders after those that they are in, then files, each with its content as the next entry."""
    assert [path.name for path in parts] == [f"My Cozy - part{n:03d}.zip" for n in range(len(parts))]
    assert len(parts) > 1
    folders: dict[str, str] = {}
    seen: list[str] = []
    for part in parts:
        inside = entries([part])
        assert inside[0][0].startswith(DATA)
        for at, (name, data) in enumerate(inside):
            if not name.startswith(DATA) or "/" not in name.removeprefix(DATA):
                continue
            doctype, _, rest = name.removeprefix(DATA).partition("/")
            told = json.loads(data)
            assert rest == f"{told['_id']}.json"
            assert set(told) & {"_revisions", "_deleted", "_type"} == set()
            if doctype == "io.cozy.files" and told["type"] == "directory":
                assert told["_id"] == files.ROOT or told["dir_id"] in folders
                folders[told["_id"]] = told["path"]
                check_as_go_would(told)
            elif doctype in {"io.cozy.files", "io.cozy.files.versions"}:
                content_name, content = inside[at + 1]
                path = (
                    told["_id"]
                    if doctype.endswith("versions")
                    else f"{folders[told['dir_id']].strip('/')}/{told['name']}".strip("/")
                )
                assert content_name == f"My Cozy/Files/{path}"
                assert told["size"] == str(len(content))
                assert (
                    base64.b64decode(told["md5sum"]) == hashlib.md5(content, usedforsecurity=False).digest()
                )
                check_as_go_would(told)
                seen.append(told["_id"])
    of_files, of_versions = [each for each in seen if "/" not in each], [each for each in seen if "/" in each]
    assert seen == sorted(of_files) + sorted(of_versions)
    assert of_files
    assert of_versions


def check_as_go_would(told: dict[str, Any]) -> None:
    """The members that cozy-stack decodes have the types that it decodes them into (model/vfs, pkg/metadata)."""
    for name in ("created_at", "updated_at"):
        if name in told:
            datetime.fromisoformat(told[name])
    metadata = told["cozyMetadata"]
    for name in ("createdAt", "updatedAt", "uploadedAt", "trashedAt"):
        if name in metadata:
            datetime.fromisoformat(metadata[name])
    texts = {"doctypeVersion": str, "metadataVersion": int, "favorite": bool, "createdOn": str, "uploadedOn": str,
             "createdByApp": str, "sourceAccount": str, "updatedByApps": list, "uploadedBy": dict, "trashedBy": dict}  # fmt: skip
    for name, kind in texts.items():
        assert isinstance(metadata.get(name, kind()), kind)
    for name, kind in {
        "tags": list,
        "executable": bool,
        "trashed": bool,
        "encrypted": bool,
        "metadata": dict,
    }.items():
        assert isinstance(told.get(name, kind()), kind)


async def test_nothing_secret_leaves(house, full, target):
    await house.write(full, SYSTEM, trust)
    await service.parts.archive(house, full, target)
    everything = b"".join(name.encode() + data for name, data in entries(sorted(target.iterdir())))
    assert b'"type":"@daily"' in everything
    assert b"do-not-tell" not in everything


async def test_an_empty_home_has_everything_of_it(house, full, other, parts, target, tmp_path):
    body = await brought(house, other, target)
    assert (body.state, {each.name for each in body.left}) == (
        "done",
        {"io.cozy.permissions: 1", "io.cozy.settings: 1"},
    )
    await house.write(other, SYSTEM, without_the_list)
    await taken_to(house, full, tmp_path / "before")
    await taken_to(house, other, tmp_path / "after")
    before, after = documents_of(tmp_path / "before"), documents_of(tmp_path / "after")
    losers = {
        each["_id"] for each in json.loads((tmp_path / "before" / "Data" / "conflicts.json").read_text())
    }
    assert losers == {"t"}  # an archive of a Cozy has no place for what lost a conflict
    wanted = {
        key: plain(told)
        for key, told in before.items()
        if key not in OWN and key[0] not in {*STAYING, "conflicts"}
    }
    assert {key: plain(told) for key, told in after.items() if key not in OWN} == wanted
    assert files_of(tmp_path / "after") == files_of(tmp_path / "before")


def plain(told: dict[str, Any]) -> dict[str, Any]:
    """A document without the revisions that led to it, which no archive of a Cozy tells."""
    return {name: value for name, value in told.items() if name != "_revisions"}


async def test_a_content_that_is_gone_takes_its_document_along(house, full, target):
    big = await house.blobs.put(full.id, once(b"x" * 100_000))
    made = await house.write(full, SYSTEM, files.create_file, files.ROOT, "big.bin", big, "")
    await house.blobs.delete(full.id, big.blob)
    done = await service.parts.archive(house, full, target)
    assert [left.path for left in done.left_out] == ["My Cozy/Files/big.bin"]
    assert made.id not in "".join(name for name, _ in entries([target / "My Cozy.zip"]))


async def test_it_takes_the_place_of_an_earlier_one_and_of_nothing_else(house, full, parts, target):
    await service.parts.archive(house, full, target)
    assert [path.name for path in target.iterdir()] == ["My Cozy.zip"]
    (target / "thesis.txt").write_text("years of work")
    with pytest.raises(NotEmpty):
        await service.parts.archive(house, full, target)


def test_parts_are_cut_as_every_cozy_cuts_them():
    gib = 1024**3
    assert service.cozy_archive.part_size(10) == gib
    assert service.cozy_archive.part_size(4 * gib) == 2 * gib
    assert service.cozy_archive.part_size(gib, wished=10) == gib
    assert service.cozy_archive.part_size(gib, wished=5 * gib) == 5 * gib
