"""What a file `.xmp` says of the pictures beside it: `IMG_1.xmp` and `IMG_1.jpg.xmp` are about `IMG_1.jpg`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from ..events import SidecarStored
from ..model import File
from ..store import contents, tree
from .media import Facts, moment, said_by_people, told
from .metadata import touched

_ENDINGS = (".xmp", ".XMP")
_LARGEST = 2_000_000  # bytes
_BESIDE = 20  # most files of one name that a sidecar is about
_DESCRIBED = {"image", "video"}


def announce_sidecar(work: Work, file: File) -> None:
    """Have a sidecar read that was stored, or that lies beside a picture that was. Publishes SidecarStored."""
    found = [file] if _is_sidecar(file) else _of(work, file) if file.body["class"] in _DESCRIBED else []
    for sidecar in found:
        work.publish(SidecarStored(sidecar.id, sidecar.sha256))


def _is_sidecar(file: File) -> bool:
    return file.name.endswith(_ENDINGS) and 0 < file.size <= _LARGEST and not file.body.get("encrypted")


def _of(work: Work, picture: File) -> list[File]:
    """The sidecars of a picture."""
    names = [
        f"{name}{ending}" for name in (picture.name, PurePosixPath(picture.name).stem) for ending in _ENDINGS
    ]
    return [
        file
        for file in tree.children_named(work, picture.dir_id, names)
        if not file.is_folder and _is_sidecar(file)
    ]


def _described(work: Work, sidecar: File) -> list[File]:
    """The pictures that a sidecar is about."""
    about = sidecar.name[: -len(_ENDINGS[0])]
    found = tree.children_beginning(work, sidecar.dir_id, about, _BESIDE)
    return [
        file
        for file in found
        if not file.is_folder
        and file.body["class"] in _DESCRIBED
        and about in {file.name, PurePosixPath(file.name).stem}
    ]


async def read_sidecar(house: House, home: Home, event: SidecarStored) -> None:
    """Note what a sidecar says with the pictures that it is about; nothing happens when it has changed since."""
    content = await house.read(home, SYSTEM, _meant, event)
    facts = await told(house, home, content, "sidecar") if content else None
    if facts is not None:
        await house.write(home, SYSTEM, _note, event, facts)


def _meant(work: Work, event: SidecarStored) -> Content | None:
    file = tree.by_id(work, event.file_id)
    if file is None or file.is_folder or file.sha256 != event.sha256 or not _is_sidecar(file):
        return None
    return contents.fetch(work, event.sha256)


def _note(work: Work, event: SidecarStored, facts: Facts) -> None:
    """Somebody wrote it later than the picture: it wins."""
    sidecar = tree.by_id(work, event.file_id)
    if sidecar is None or sidecar.sha256 != event.sha256:
        return
    said: dict[str, Any] = {**said_by_people(facts), "sidecar": sidecar.id}
    if facts.lat is not None and facts.long is not None:
        said["gps"] = {"lat": facts.lat, "long": facts.long}
    for picture in _described(work, sidecar):
        known = picture.body.get("metadata", {})
        taken_at = "" if "local_datetime" in known else moment(work, facts)
        metadata = {**known, **said, **({"datetime": taken_at} if taken_at else {})}
        if metadata != known:
            body = {**picture.body, "metadata": metadata, "cozyMetadata": touched(work, picture.body)}
            tree.replace(work, picture, body)
