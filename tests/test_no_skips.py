"""In CI a skipped test is a failure."""

import pytest

pytest_plugins = ["pytester"]

SKIPPING = """
import pytest

def test_left_out():
    pytest.skip("no browser here")

@pytest.mark.skip(reason="later")
def test_marked():
    assert False

@pytest.mark.xfail(reason="known")
def test_known():
    assert False
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run a file of tests with the plugin, in CI or not."""

    def run(source, *, ci):
        monkeypatch.setenv("CI", "true") if ci else monkeypatch.delenv("CI", raising=False)
        pytester.makepyfile(source)
        return pytester.runpytest("-p", "tests.plugins.no_skips", "-p", "no:anyio", "-p", "no:hypothesis")

    return run


def test_a_skipped_test_fails_in_ci(run):
    result = run(SKIPPING, ci=True)
    result.assert_outcomes(failed=1, errors=1, xfailed=1)
    result.stdout.fnmatch_lines(["*CI does not accept*"])


def test_a_module_that_skips_itself_fails_in_ci(run):
    assert run("import pytest; pytest.importorskip('no_such_module')", ci=True).ret != 0


def test_elsewhere_a_skip_is_a_skip(run):
    result = run(SKIPPING, ci=False)
    result.assert_outcomes(skipped=2, xfailed=1)
