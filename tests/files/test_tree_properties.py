"""Whatever people do to the tree, in whatever order, it stays a tree."""

import json
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from cozy.app.wiring import PORTS
from cozy.backends.disk import inline_content
from cozy.backends.sqlite import SqliteDb
from cozy.kernel.problem import Conflict, Malformed, NotFound, Stale
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import ROOT, TRASH, TRASH_PATH, join
from cozy.rooms.homes import service as homes
from tests.conftest import ALICE, OWNER, Clock, blank

NAMES = st.sampled_from(["a", "b", "A", "a.txt", "é", "e\u0301", "a (2)"])
CONTENTS = st.sampled_from([b"", b"one", b"two", b"three and more"])
EXPECTED = (Conflict, Malformed, NotFound, Stale)


class Tree(RuleBasedStateMachine):
    """Random work on the files of a home; what the rules refuse is refused whole."""

    folders = Bundle("folders")
    documents = Bundle("documents")

    def __init__(self) -> None:
        super().__init__()
        self.connection = blank()
        self.clock = Clock()
        self.seen = {}
        with self.work() as work:
            homes.furnish(work, ALICE)

    def teardown(self) -> None:
        self.connection.close()

    @contextmanager
    def work(self):
        """A unit of work in a savepoint: undone as a whole when it is refused."""
        self.clock.advance(minutes=20)
        db = SqliteDb(self.connection)
        db.run("SAVEPOINT unit")
        try:
            yield Work("home-1", "http://alice.localhost", OWNER, self.clock.now, db, Settings(), PORTS)
        except EXPECTED:
            db.run("ROLLBACK TO unit")
        db.run("RELEASE unit")

    @rule(target=folders, inside=folders | st.just(ROOT), name=NAMES)
    def make_folder(self, inside, name):
        with self.work() as work:
            return files.create_folder(work, inside, name).id
        return multiple()

    @rule(target=documents, inside=folders | st.just(ROOT), name=NAMES, data=CONTENTS)
    def make_file(self, inside, name, data):
        with self.work() as work:
            return files.create_file(work, inside, name, inline_content(data), "").id
        return multiple()

    @rule(target=documents, item=documents)
    def copy(self, item):
        with self.work() as work:
            return files.copy(work, item).id
        return multiple()

    @rule(item=documents, data=CONTENTS)
    def overwrite(self, item, data):
        with self.work() as work:
            files.overwrite(work, item, inline_content(data), "")

    @rule(item=documents)
    def revert(self, item):
        with self.work() as work:
            for version in files.versions_of(work, item)[:1]:
                files.revert(work, item, version.id.partition("/")[2])

    @rule(item=documents)
    def relabel(self, item):
        with self.work() as work:
            files.relabel(work, item, {"label": "x"}, ["t"])

    @rule(item=folders | documents, name=NAMES)
    def rename(self, item, name):
        with self.work() as work:
            files.change(work, item, files.Change(name=name))

    @rule(item=folders | documents, inside=folders | st.just(ROOT))
    def move(self, item, inside):
        with self.work() as work:
            files.change(work, item, files.Change(dir_id=inside))

    @rule(item=folders | documents)
    def trash(self, item):
        with self.work() as work:
            files.trash(work, item)

    @rule(item=folders | documents)
    def restore(self, item):
        with self.work() as work:
            files.restore(work, item)

    @rule(item=consumes(folders) | consumes(documents))
    def destroy(self, item):
        with self.work() as work:
            files.destroy(work, item)

    @rule()
    def empty_trash(self):
        with self.work() as work:
            while files.empty_trash(work):
                pass

    @rule()
    def forget_versions(self):
        with self.work() as work:
            while files.clear_versions(work):
                pass

    def bodies(self, doctype):
        rows = self.connection.execute(
            "SELECT id, body FROM documents WHERE doctype = ? AND NOT deleted ORDER BY id", (doctype,)
        )
        return {id_: json.loads(body) for id_, body in rows}

    @invariant()
    def every_item_has_a_folder_and_a_path_through_it(self):
        tree = self.bodies("io.cozy.files")
        for id_, body in tree.items():
            if id_ == ROOT:
                assert body["path"] == "/"
                continue
            parent = tree[body["dir_id"]]
            assert parent["type"] == "directory"
            in_bin = parent["path"] == TRASH_PATH or parent["path"].startswith(TRASH_PATH + "/")
            if body["type"] == "directory":
                assert body["path"] == join(parent["path"], body["name"])
            else:
                assert body["trashed"] is in_bin
            if body["dir_id"] != TRASH:
                assert "restore_path" not in body

    @invariant()
    def no_folder_holds_a_name_twice(self):
        places = [(body["dir_id"], body["name"]) for body in self.bodies("io.cozy.files").values()]
        assert len(places) == len(set(places))

    @invariant()
    def contents_are_what_documents_name_and_usage_is_their_sum(self):
        holders = [b for b in self.bodies("io.cozy.files").values() if b["type"] == "file"]
        holders += self.bodies("io.cozy.files.versions").values()
        kept = {sha256 for (sha256,) in self.connection.execute("SELECT sha256 FROM contents")}
        assert kept == {body["sha256"] for body in holders}
        with self.work() as work:
            assert files.usage(work) == sum(int(body["size"]) for body in holders)

    @invariant()
    def folders_know_what_is_below_them_and_tell_every_change_of_it(self):
        tree = self.bodies("io.cozy.files")
        below = {id_: set() for id_, body in tree.items() if body["type"] == "directory"}
        for id_ in tree:
            around = tree[id_].get("dir_id")
            while around:
                below[around].add(id_)
                around = tree[around].get("dir_id") if around != TRASH else ""
        revs = dict(self.connection.execute("SELECT id, rev FROM documents WHERE doctype = 'io.cozy.files'"))
        with self.work() as work:
            kept = files.below(work, list(below))
        for id_, inside in below.items():
            assert kept[id_].size == sum(int(tree[each].get("size", 0)) for each in inside)
            seen = frozenset((each, revs[each]) for each in inside)
            assert self.seen.setdefault((id_, kept[id_].mark), seen) == seen

    @invariant()
    def every_version_has_a_file(self):
        tree = self.bodies("io.cozy.files")
        assert all(id_.partition("/")[0] in tree for id_ in self.bodies("io.cozy.files.versions"))


TestTree = pytest.mark.slow(Tree.TestCase)
TestTree.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
