"""Archives as a Cozy makes them: zips of documents and files, the tar of documents on a server; written here from the layout
that cozy-stack documents and writes (docs/move.md, model/move/export.go).
"""

import base64
import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

ROOT, TRASH = "io.cozy.files.root-dir", "io.cozy.files.trash-dir"
CREATED, UPDATED = "2019-03-04T05:06:07Z", "2020-04-05T06:07:08.123456789+02:00"


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def doc(id_: str, /, **members: Any) -> dict[str, Any]:
    digest = hashlib.md5(f"{id_}{members}".encode(), usedforsecurity=False).hexdigest()
    return {"_id": id_, "_rev": f"3-{digest}", **members}


def folder(id_: str, path: str, dir_id: str = ROOT, **members: Any) -> dict[str, Any]:
    said = {"type": "directory", "name": path.rpartition("/")[2], "dir_id": dir_id, "path": path, "created_at": CREATED,
            "updated_at": UPDATED, "tags": [], "cozyMetadata": {"doctypeVersion": "1", "createdOn": "https://ana.example/"}}  # fmt: skip
    return doc(id_, **said | members)


def file(id_: str, name: str, content: bytes, dir_id: str = ROOT, **members: Any) -> dict[str, Any]:
    said = {"type": "file", "name": name, "dir_id": dir_id, "created_at": CREATED, "updated_at": UPDATED,
            "size": str(len(content)), "md5sum": md5(content), "mime": "text/plain", "class": "text", "executable": False,
            "trashed": False, "encrypted": False, "tags": [], "metadata": {"qualification": {"label": "lease"}},
            "cozyMetadata": {"doctypeVersion": "1", "createdOn": "https://ana.example/", "uploadedAt": UPDATED}}  # fmt: skip
    return doc(id_, **said | members)


LEASE, NEW_LEASE, PHOTO, BIN = b"first lease", b"second lease", b"\xff\xd8\xff a picture", b"thrown away"
DOCUMENTS: dict[str, list[dict[str, Any]]] = {
    "io.cozy.accounts": [doc("a1", account_type="bank", auth={"login": "ana", "credentials_encrypted": "bmFjbA=="})],
    "io.cozy.apps": [doc("io.cozy.apps/drive", slug="drive"), doc("io.cozy.apps/notes", slug="notes")],
    "io.cozy.bank.operations": [doc("o1", label="Baker", amount=-2.5)],
    "io.cozy.bookmarks": [doc("b1", url="https://example.org/", title="Example")],
    "io.cozy.contacts": [
        doc("c1", fullname="Anna Müller", name={"givenName": "Anna", "familyName": "Müller"},
            email=[{"address": "anna@example.org", "primary": True}], cozyMetadata={"createdAt": CREATED},
            relationships={"groups": {"data": [{"_id": "g1", "_type": "io.cozy.contacts.groups"}]}}),
        doc("c2", me=True, fullname="Ana", email=[{"address": "ana@elsewhere.example"}]),
    ],
    "io.cozy.contacts.groups": [doc("g1", name="Choir")],
    "io.cozy.jobs": [doc("j1", worker="thumbnail")],
    "io.cozy.permissions": [doc("p1", type="share", codes={"x": "secret-code"})],
    "io.cozy.photos.albums": [doc("al1", name="Brittany", created_at=CREATED)],
    "io.cozy.sessions": [doc("s1", last_seen=CREATED)],
    "io.cozy.settings": [doc("io.cozy.settings.instance", public_name="Ana"), doc("io.cozy.settings.theme", dark=True)],
    "com.bitwarden.ciphers": [doc("v1", data="2.abc")],
}  # fmt: skip
FOLDERS = [
    folder(ROOT, "/", ""), folder("d1", "/Administrative"), folder("d2", "/Administrative/Flat", "d1", tags=["home"]),
    folder(TRASH, "/.cozy_trash"), folder("d3", "/.cozy_trash/Old", TRASH, restore_path="/"),
]  # fmt: skip
FILES: list[tuple[dict[str, Any], str, bytes]] = [
    (file("f1", "lease.txt", NEW_LEASE, "d2", tags=["flat"]), "/Administrative/Flat/lease.txt", NEW_LEASE),
    (file("f2", "sea.jpg", PHOTO, mime="image/jpeg", referenced_by=[{"type": "io.cozy.photos.albums", "id": "al1"}],
          metadata={"datetime": CREATED, "extractor_version": 2}) | {"class": "image"}, "/sea.jpg", PHOTO),
    (file("f3", "bye.txt", BIN, "d3", trashed=True), "/.cozy_trash/Old/bye.txt", BIN),
    (file("f4", "empty", b""), "/empty", b""),
]  # fmt: skip
VERSIONS = [
    (doc("f1/1-abc", updated_at=CREATED, size=str(len(LEASE)), md5sum=md5(LEASE), tags=["kept"],
         cozyMetadata={"createdAt": CREATED}, relationships={"file": {"data": {"_id": "f1", "_type": "io.cozy.files"}}}), LEASE),
]  # fmt: skip


def _text(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)


def part_1() -> list[tuple[str, bytes]]:
    """What the first part begins with: documents, folders among them."""
    found = [("Data/instance.json", b'{"domain": "ana.example"}')]
    for doctype, all_ in DOCUMENTS.items():
        found += [(f"Data/{doctype}/{told['_id']}.json", _text(told).encode()) for told in all_]
    return [*found, *((f"Data/io.cozy.files/{told['_id']}.json", _text(told).encode()) for told in FOLDERS)]


def part_2() -> list[tuple[str, bytes]]:
    """Files, each with its content after it."""
    found = []
    for told, path, content in FILES:
        found += [(f"Data/io.cozy.files/{told['_id']}.json", _text(told).encode()), (f"Files{path}", content)]
    return found


def part_3() -> list[tuple[str, bytes]]:
    """Versions."""
    found = []
    for told, content in VERSIONS:
        name = f"Data/io.cozy.files.versions/{told['_id']}.json"
        found += [(name, _text(told).encode()), (f"Files/{told['_id']}", content)]
    return found


def zipped(path: Path, entries: list[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(f"My Cozy/{name}", content)
    return path


def archive(folder: Path) -> list[Path]:
    """The whole of it, in three parts."""
    folder.mkdir(exist_ok=True)
    parts = [part_1(), part_2(), part_3()]
    return [zipped(folder / f"My Cozy - part00{n}.zip", entries) for n, entries in enumerate(parts)]


def at_rest(path: Path) -> Path:
    """The tar on a server, which holds documents only."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in part_1():
            info = tarfile.TarInfo(name.removeprefix("Data/"))
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path
