"""Turn skips into failures where CI is set: a test that did not run has not passed."""

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Listen only in CI; elsewhere a missing program is a reason to skip."""
    if os.environ.get("CI"):
        config.pluginmanager.register(NoSkips(), "no-skips-in-ci")


class NoSkips:
    """Rewrites the reports of skipped tests and modules."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item):
        """A skipped test fails; an expected failure stays one."""
        return _failed(item.nodeid, (yield))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        """A module that skips itself fails."""
        return _failed(collector.nodeid, (yield))


def _failed(nodeid, report):
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{nodeid} was skipped, which CI does not accept. {reason}"
    return report
