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
    """At the top, and deep inside."""
    needs("litmus")
    with running(tmp_path, postgres) as home:
        assert home.client()("MKCOL", "/dav/files/a b").status == 201
        assert home.client()("MKCOL", "/dav/files/a b/été").status == 201
        for url in (home.url, f"{home.url}a%20b/%C3%A9t%C3%A9/"):
            done = subprocess.run(
                ["litmus", "-k", url, USER, home.password], cwd=tmp_path, capture_output=True, text=True,
                env={**os.environ, "TESTS": " ".join(SUITES)}, check=False, timeout=300,
            )  # fmt: skip
            found = {suite: (int(run), int(failed)) for suite, run, _, failed in SUMMARY.findall(done.stdout)}
            failures = {suite: failed for suite, (_, failed) in found.items()}
            assert failures == dict.fromkeys(SUITES, 0), done.stdout
            assert "WARNING" not in done.stdout, done.stdout
            assert sum(run for run, _ in found.values()) > 90, done.stdout
