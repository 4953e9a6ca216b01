"""What a host of so many homes needs, as the model says."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "script" / "capacity"


def _told(*options: str) -> dict[str, float]:
    line = [sys.executable, str(SCRIPT), *options]
    told = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60).stdout
    return {row[:76].strip(): float(row[76:].replace(",", "")) for row in told.splitlines()}


def test_a_hoster_puts_figures_of_their_own_into_the_model():
    told = _told("--homes", "86400", "--active", "1", "--requests", "100", "--peak", "2", "--writes", "1", "--files", "0",
        "--write-ms", "5", "--chores-ms", "0", "--load", "0.5", "--stored-gb", "1")  # fmt: skip

    assert told["requests a second, at the peak"] == 200
    assert told["workers, a processor each"] == 2  # 200 requests of 5 ms, half of each processor used
    assert told["contents, TB, before copies"] == 86.4
