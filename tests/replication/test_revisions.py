from hypothesis import given, settings
from hypothesis import strategies as st

from cozy.rooms.replication.model import revisions
from cozy.rooms.replication.model.revisions import Tree, chain_of, is_later, read, spelled
from cozy.rooms.replication.model.wire import conflict_id
from cozy.rooms.sharing.model.ids import xored


def test_a_chain_is_spelled_as_couchdb_does():
    assert spelled(["2-aa", "3-bb", "4-cc"]) == {"start": 4, "ids": ["cc", "bb", "aa"]}
    assert chain_of(4, ["cc", "bb", "aa"]) == ["2-aa", "3-bb", "4-cc"]


def test_more_edits_win_then_the_higher_digest():
    assert is_later("10-aa", "9-ff")
    assert is_later("3-bb", "3-aa")
    assert not is_later("3-aa", "3-aa")
    assert is_later("1-aa", "")


def test_what_went_with_its_folder_is_later_than_before_and_earlier_than_what_somebody_did():
    gone = revisions.gone("3-aa")
    assert is_later(gone, "3-ff")
    assert is_later("4-0000000000000001aaaaaaaaaaaaaaaa", gone)
    assert gone == revisions.gone("3-aa")


def test_a_tree_is_nested_as_cozy_stack_has_it():
    tree = Tree()
    tree.insert(["1-aa", "2-bb", "3-cc"])
    tree.insert(["2-bb", "3-dd"])
    nested = tree.nested()
    assert nested == {
        "rev": "1-aa",
        "branches": [{"rev": "2-bb", "branches": [{"rev": "3-dd"}, {"rev": "3-cc"}]}],
    }
    assert read(nested).chain("3-cc") == ["1-aa", "2-bb", "3-cc"]
    assert read(nested).leaves() == ["3-cc", "3-dd"]


def test_a_branch_without_a_known_beginning_is_put_on_what_was_known():
    tree = Tree({"1-aa": ""})
    tree.insert(["4-dd", "5-ee"])
    assert tree.chain("5-ee") == ["1-aa", "4-dd", "5-ee"]


@settings(deadline=None, max_examples=20)
@given(st.integers(min_value=1, max_value=400))
def test_a_tree_forgets_what_is_long_ago(length: int):
    tree = Tree()
    for at in range(1, length + 1):
        tree.insert([f"{at}-{at:x}"] if at == 1 else [f"{at - 1}-{at - 1:x}", f"{at}-{at:x}"])
    assert len(tree) == min(length, revisions.DEPTH)
    assert read(tree.nested()).chain(f"{length}-{length:x}")[-1] == f"{length}-{length:x}"


@given(
    st.text("0123456789abcdef", min_size=32, max_size=32),
    st.text("0123456789abcdef", min_size=32, max_size=32),
)
def test_the_copy_of_a_losing_revision_is_the_same_one_in_both_homes(id_: str, digest: str):
    key = bytes(range(16))
    assert conflict_id(xored(id_, key), f"3-{digest}") == xored(conflict_id(id_, f"3-{digest}"), key)
