"""Actors: clients that change their own corner of a home, and know at any moment what must be true there.

An actor writes down what it is about to do, does it, and on an answer takes the change for certain. When the server dies
before the answer, the change may have happened or not, but nothing between: `settle` finds out which, and fails on
anything else.
"""

import base64
import hashlib
import http.client
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.program import Client

SMALL, MEDIUM, LARGE = (
    5_000,
    300_000,
    4_000_000,
)  # bytes, at most: within the database, a file, several pieces
MOST_FILES = 25  # of one actor; above, it trashes
LOST = (OSError, http.client.HTTPException)


class Broken(AssertionError):
    """A promise was not kept."""


@dataclass(frozen=True, slots=True)
class Known:
    """A file as it must be."""

    id: str
    name: str
    dir_id: str
    sha256: str
    size: int
    rev: str
    trashed: bool = False


@dataclass
class Upload:
    """A resumable upload under way."""

    url: str
    name: str
    dir_id: str
    data: bytes
    offset: int = 0  # bytes that were acknowledged


@dataclass
class Doubt:
    """A request that got no answer: what it was, and how to find out what became of it."""

    what: str
    settle: Callable[[Client], None]


@dataclass
class Actor:
    """One client, with its own folders."""

    name: str
    random: random.Random
    folders: list[str] = field(default_factory=list)
    folder_names: dict[str, str] = field(default_factory=dict)
    files: dict[str, Known] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)  # since the last look
    destroyed: set[str] = field(default_factory=set)
    doubt: Doubt | None = None
    acknowledged: int = 0
    in_doubt: int = 0
    happened: int = 0  # of those in doubt
    number: int = 0

    def move_in(self, client: Client, count: int = 3) -> None:
        """Make its folders; those that are there from a try that got no answer are its own."""
        for number in range(count):
            name = f"{self.name}-{number}"
            answer = client.mkdir(name)
            assert answer.status in {201, 409}, answer
            id_ = answer.data["id"] if answer.status == 201 else client.children()[name]["id"]
            if id_ not in self.folder_names:
                self.folders.append(id_)
            self.folder_names[id_] = name

    def act(self, client: Client) -> None:
        """One random change. Raises one of LOST when the server dies on the way."""
        living = [file for file in self.files.values() if not file.trashed]
        trashed = [file for file in self.files.values() if file.trashed]
        deeds: list[tuple[int, Callable[[], None]]] = [
            (3, lambda: self._begin_upload(client)),
            (1, lambda: self._rename_folder(client)),
        ]
        if len(living) < MOST_FILES:
            deeds.append((8, lambda: self._create(client)))
        if living:
            one = self.random.choice(living)
            deeds += [
                (4, lambda: self._overwrite(client, one)),
                (3, lambda: self._rename(client, one)),
                (3, lambda: self._move(client, one)),
                (2 if len(living) < MOST_FILES else 12, lambda: self._trash(client, one)),
            ]
        if trashed:
            old = self.random.choice(trashed)
            deeds += [(2, lambda: self._restore(client, old)), (2, lambda: self._destroy(client, old))]
        if self.uploads:
            deeds.append((8, lambda: self._append(client, self.uploads[0])))
        weights = [weight for weight, _ in deeds]
        self.random.choices(deeds, weights)[0][1]()

    def _content(self) -> bytes:
        size = self.random.choices((SMALL, MEDIUM, LARGE), (12, 5, 1))[0]
        return self.random.randbytes(self.random.randrange(size))

    def _new_name(self) -> str:
        self.number += 1
        return f"{self.name} file {self.number}.bin"

    def _sure(self) -> None:
        self.doubt = None
        self.acknowledged += 1

    def _keep(self, file: Known) -> None:
        self.files[file.id] = file
        self.touched.add(file.id)

    # Each deed: what is in doubt, the request, and the new certainty.

    def _create(self, client: Client) -> None:
        name, dir_id, data = self._new_name(), self.random.choice(self.folders), self._content()
        self.doubt = Doubt(f"create {name}", lambda c: self._settle_new(c, dir_id, name, data))
        sums = {"Content-MD5": base64.b64encode(hashlib.md5(data).digest()).decode()}
        answer = client.upload(name, data, dir_id, **sums)
        self._expect(answer, 201)
        self._keep(
            Known(answer.data["id"], name, dir_id, _sha256(data), len(data), answer.data["meta"]["rev"])
        )
        self._sure()

    def _settle_new(self, client: Client, dir_id: str, name: str, data: bytes) -> None:
        self.happened += self._find(client, dir_id, name, data)

    def _find(self, client: Client, dir_id: str, name: str, data: bytes) -> bool:
        """Take a file that is there for our own; whether it holds the right bytes is looked at later."""
        found = client.children(dir_id).get(name)
        if found is not None:
            self._keep(Known(found["id"], name, dir_id, _sha256(data), len(data), found["meta"]["rev"]))
        return found is not None

    def _overwrite(self, client: Client, file: Known) -> None:
        data = self._content()
        after = replace(file, sha256=_sha256(data), size=len(data))
        self.doubt = Doubt(f"overwrite {file.name}", lambda c: self._settle_change(c, file, after))
        self._changed(client.overwrite(file.id, data, **{"If-Match": file.rev}), after)

    def _rename(self, client: Client, file: Known) -> None:
        after = replace(file, name=self._new_name())
        self.doubt = Doubt(f"rename {file.name}", lambda c: self._settle_change(c, file, after))
        self._changed(client.patch(file.id, name=after.name), after)

    def _move(self, client: Client, file: Known) -> None:
        after = replace(file, dir_id=self.random.choice(self.folders))
        self.doubt = Doubt(f"move {file.name}", lambda c: self._settle_change(c, file, after))
        self._changed(client.patch(file.id, dir_id=after.dir_id), after)

    def _trash(self, client: Client, file: Known) -> None:
        after = replace(file, trashed=True)
        self.doubt = Doubt(f"trash {file.name}", lambda c: self._settle_change(c, file, after))
        self._changed(client("DELETE", f"/files/{file.id}"), after)

    def _restore(self, client: Client, file: Known) -> None:
        self.doubt = Doubt(f"restore {file.name}", lambda c: self._settle_restored(c, file))
        answer = client("POST", f"/files/trash/{file.id}")
        self._expect(answer, 200)
        self._restored(client, file, answer)
        self._sure()

    def _restored(self, client: Client, file: Known, answer) -> None:
        """It is where it came from: in a new folder of that name when the old one was renamed since."""
        dir_id = answer.data["attributes"]["dir_id"]
        if dir_id not in self.folder_names:
            self.folder_names[dir_id] = client.show(dir_id).data["attributes"]["name"]
            self.folders.append(dir_id)
        self._keep(replace(file, trashed=False, dir_id=dir_id, rev=answer.data["meta"]["rev"]))

    def _settle_restored(self, client: Client, file: Known) -> None:
        answer = client.show(file.id)
        if answer.data["meta"]["rev"] != file.rev:
            self.happened += 1
            self._restored(client, file, answer)

    def _changed(self, answer, after: Known) -> None:
        self._expect(answer, 200)
        self._keep(replace(after, rev=answer.data["meta"]["rev"]))
        self._sure()

    def _settle_change(self, client: Client, before: Known, after: Known) -> None:
        answer = client.show(before.id)
        rev = answer.data["meta"]["rev"] if answer.status == 200 else ""
        self.happened += rev != before.rev
        self._keep(before if rev == before.rev else replace(after, rev=rev))

    def _destroy(self, client: Client, file: Known) -> None:
        self.doubt = Doubt(f"destroy {file.name}", lambda c: self._settle_destroyed(c, file))
        self._expect(client("DELETE", f"/files/trash/{file.id}"), 204)
        self._forget(file)
        self._sure()

    def _settle_destroyed(self, client: Client, file: Known) -> None:
        if client.show(file.id).status == 404:
            self.happened += 1
            self._forget(file)

    def _forget(self, file: Known) -> None:
        del self.files[file.id]
        self.destroyed.add(file.id)

    def _rename_folder(self, client: Client) -> None:
        id_, name = self.random.choice(self.folders), f"{self.name}-folder-{self.number}"
        self.number += 1
        before = self.folder_names[id_]
        self.doubt = Doubt(f"rename folder {before}", lambda c: self._settle_folder(c, id_, before, name))
        self._expect(client.patch(id_, name=name), 200)
        self.folder_names[id_] = name
        self._sure()

    def _settle_folder(self, client: Client, id_: str, before: str, after: str) -> None:
        name = client.show(id_).data["attributes"]["name"]
        _check(name in {before, after}, f"folder {before} is now {name}")
        self.happened += name == after
        self.folder_names[id_] = name

    def _begin_upload(self, client: Client) -> None:
        if len(self.uploads) >= 2:
            return
        data = self.random.randbytes(self.random.choice((20_000, 200_000, 1_500_000)))
        upload = Upload("", self._new_name(), self.random.choice(self.folders), data)
        metadata = {"filename": upload.name, "dir_id": upload.dir_id}
        self.doubt = Doubt(f"begin {upload.name}", lambda _: None)  # nobody knows its address: it expires
        said = ",".join(
            f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items()
        )
        answer = client(
            "POST",
            "/files/tus",
            None,
            {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": said},
        )
        self._expect(answer, 201)
        upload.url = answer.headers["location"]
        self.uploads.append(upload)
        self._sure()

    def _append(self, client: Client, upload: Upload) -> None:
        piece = upload.data[upload.offset : upload.offset + self.random.choice((7_000, 90_000, 700_000))]
        most = upload.offset + len(piece)
        self.doubt = Doubt(f"append to {upload.name}", lambda c: self._settle_upload(c, upload, most))
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(upload.offset),
            "Content-Type": "application/offset+octet-stream",
        }
        answer = client.at("PATCH", upload.url, piece, headers)
        self._expect(answer, 204)
        upload.offset = most
        _check(int(answer.headers["upload-offset"]) == most, "a tus answer names another offset")
        if most == len(upload.data):
            self._uploaded(client, upload)
        self._sure()

    def _uploaded(self, client: Client, upload: Upload) -> None:
        """All of it was acknowledged: the file is there."""
        there = self._find(client, upload.dir_id, upload.name, upload.data)
        _check(there, f"{upload.name} was uploaded and is not there")
        self.uploads.remove(upload)

    def _settle_upload(self, client: Client, upload: Upload, most: int) -> None:
        """Acknowledged bytes are there, and at most those that were on their way; all of them make a file."""
        answer = client.at("HEAD", upload.url, None, {"Tus-Resumable": "1.0.0"})
        _check(answer.status == 200, f"HEAD of {upload.name}, {upload.offset} acknowledged: {answer}")
        there = int(answer.headers["upload-offset"])
        _check(upload.offset <= there <= most, f"{upload.name}: {upload.offset} acknowledged, {there} there")
        self.happened += there > upload.offset
        upload.offset = there
        if there == len(upload.data):
            self._uploaded(client, upload)

    def _expect(self, answer, status: int) -> None:
        _check(answer.status == status, f"{self.name}, {self.doubt and self.doubt.what}: {answer}")

    # After a restart.

    def settle(self, client: Client) -> None:
        """Find out what became of the request that got no answer."""
        if self.doubt is not None:
            self.in_doubt += 1
            self.doubt.settle(client)
            self.doubt = None

    def look(self, client: Client, *, everything: bool) -> int:
        """Check that all is as it must be; contents of what was touched, or of everything. Returns how many were read."""
        for dir_id in self.folders:
            self._look_into(client, dir_id)
        wanted = list(self.files) if everything else [id_ for id_ in self.touched if id_ in self.files]
        for id_ in wanted:
            self._look_at(client, self.files[id_])
        for id_ in self.destroyed:
            _check(client.show(id_).status == 404, f"{id_} was destroyed and is back")
        self.destroyed.clear()
        self.touched.clear()
        return len(wanted)

    def _look_into(self, client: Client, dir_id: str) -> None:
        answer = client("GET", "/files/metadata", Path=f"/{self.folder_names[dir_id]}")
        _check(
            answer.status == 200 and answer.data["id"] == dir_id, f"no folder at /{self.folder_names[dir_id]}"
        )
        there = {name: item["id"] for name, item in client.children(dir_id).items()}
        wanted = {f.name: f.id for f in self.files.values() if f.dir_id == dir_id and not f.trashed}
        _check(there == wanted, f"{self.name} {dir_id}: {sorted(set(there.items()) ^ set(wanted.items()))}")

    def _look_at(self, client: Client, file: Known) -> None:
        answer = client.show(file.id)
        _check(answer.status == 200, f"{file} is gone: {answer.status}")
        shown = answer.data["attributes"]
        _check(
            answer.data["meta"]["rev"] == file.rev, f"{file} has the revision {answer.data['meta']['rev']}"
        )
        _check(shown["trashed"] == file.trashed, f"{file}: trashed is {shown['trashed']}")
        if not file.trashed:
            _check(
                (shown["name"], shown["dir_id"]) == (file.name, file.dir_id),
                f"{file} is {shown['name']} in {shown['dir_id']}",
            )
        _check(int(shown["size"]) == file.size, f"{file} has {shown['size']} bytes")
        held = client.download(file.id)
        _check(
            held.status == 200 and _sha256(held.body) == file.sha256,
            f"{file} holds something else: {held.status}, {len(held.body)} bytes",
        )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)
