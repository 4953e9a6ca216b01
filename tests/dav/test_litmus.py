"""litmus, the suite of tests that servers of WebDAV are held to, over the real program (http://www.webdav.org/neon/litmus/)."""

import os
import re
import subprocess

import pytest

from .program import USER, needs, running

SUITES = ("basic", "copymove", "props", "locks", "http")
SUMMARY = re.compile(r"summary for `(\w+)': of (\d+) tests run: (\d+) passed, (\d+) failed")


@pytest.mark.slow
def test_litmus_finds_nothing_wrong(tmp_path, postgres):
    needs("litmus")
    with running(tmp_path, postgres) as home:
        done = subprocess.run(
            ["litmus", "-k", home.url, USER, home.password], cwd=tmp_path, capture_output=True, text=True,
            env={**os.environ, "TESTS": " ".join(SUITES)}, check=False, timeout=300,
        )  # fmt: skip
    found = {suite: (int(run), int(failed)) for suite, run, _, failed in SUMMARY.findall(done.stdout)}
    assert {suite: failed for suite, (_, failed) in found.items()} == dict.fromkeys(SUITES, 0), done.stdout
    assert "WARNING" not in done.stdout, done.stdout
    assert sum(run for run, _ in found.values()) > 90, done.stdout
