"""The bench runs, and it notices what it promises to notice. No figure is judged here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import cases, documents, load
from bench.budgets import Budget, kept

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(("suite", "server"), [("files", "wsgidav"), ("dav", "cozy"), ("documents", "cozy")])
def test_a_quick_run_measures_every_case(suite, server, tmp_path):
    report = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", suite, "--quick", "--only", server, "--json", report]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(report.read_text())
    assert found["failures"] == []
    assert {metric["key"] for metric in found["metrics"] if server not in metric["medians"]} == set()
    assert {budget["kept"] for budget in found["budgets"]} == {None}


@pytest.mark.slow
def test_a_quick_run_draws_photos(tmp_path):
    report = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "photos", "--quick", "--json", report]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    ways = {way["name"]: way for way in json.loads(report.read_text())["ways"]}
    assert len(ways["cozy, asked"]["rates"]) == len(ways["cozy, ahead"]["rates"]) == 1


@pytest.mark.slow
def test_a_quick_run_brings_a_takeout_in(tmp_path):
    report = tmp_path / "figures.json"
    sizes = ["--size", "3M", "--part", "1M", "--rounds", "1"]
    command = [sys.executable, "-m", "bench", "import", *sizes, "--json", report]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(report.read_text())
    assert found["things left out"] == 0
    assert found["things brought in"] > 80
    assert found["cozy: files a second"] > 0


@pytest.mark.slow
def test_a_quick_run_makes_homes_and_asks_them(tmp_path):
    report = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "scale", "--quick", "--only", "sqlite", "--json", report]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(report.read_text())["sqlite, 1 worker: put 10 kB, a second"]


def test_a_changed_byte_is_noticed():
    batch = cases.Batch("/folder/", ["cat.jpg"], [b"meow"], ["/folder/cat.jpg"])
    cases.verify(batch, [load.Answer(200, b"", b"meow")])
    with pytest.raises(load.BadAnswer, match=r"cat\.jpg came back different"):
        cases.verify(batch, [load.Answer(200, b"", b"woof")])


def test_a_changed_document_is_noticed():
    sent = [documents.document(0, 5)]
    shown = {**sent[0], "_rev": "1-abc", "_type": "notes"}
    documents.verify(sent, [load.Answer(200, b"", json.dumps(shown).encode())])
    with pytest.raises(load.BadAnswer, match="entry-000000 came back different"):
        documents.verify(sent, [load.Answer(200, b"", json.dumps({**shown, "m": 6}).encode())])


def test_an_answer_in_chunks_is_put_together_once_it_is_whole():
    whole = b"HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nmeow\r\n3;a=b\r\nwoo\r\n0\r\n\r\n"
    assert [load.parse(bytearray(whole[:end])) for end in range(len(whole))] == [None] * len(whole)
    assert load.parse(bytearray(whole)) == (207, whole[:53], b"meowwoo")


@pytest.mark.parametrize(
    ("budget", "cozy", "verdict"),
    [
        (Budget("put", "at least", 1.0, "mod_dav"), 200, True),
        (Budget("put", "at least", 1.0, "mod_dav"), 199, False),
        (Budget("start", "below", 1.5), 1.5, False),
        (Budget("list", "at most", 8), 8, True),
        (Budget("put", "at least", 1.0, "nginx"), 200, None),
    ],
)
def test_a_budget_is_kept_missed_or_without_a_figure_to_judge(budget, cozy, verdict):
    assert kept(budget, {"cozy": cozy, "mod_dav": 200}) is verdict
