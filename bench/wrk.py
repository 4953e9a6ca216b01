"""GETs by wrk, a load generator in C that outruns every server here; Debian has it."""

import json
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.load import BadAnswer, Tally

# The heads are ASCII, for which a JSON text and a Lua string are written alike.
SCRIPT = """\
local requests = {{{requests}}}
local turn = 0
function request()
    turn = turn % #requests + 1
    return requests[turn]
end
function done(summary, latency)
    local wrong = summary.errors
    io.write(string.format('\\nfigures {{"count": %d, "wall_us": %d, "bytes": %d, "errors": %d, "p99_us": %d}}\\n',
        summary.requests, summary.duration, summary.bytes,
        wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout, latency:percentile(99)))
end
"""


def program() -> str | None:
    """Where wrk is, when it is installed."""
    return shutil.which("wrk")


def get(port: int, requests: Sequence[bytes], clients: int, duration_s: int, body_size: int) -> Tally:
    """Send the requests over and over. Raises BadAnswer for an error status or for bodies shorter than `body_size`."""
    with tempfile.TemporaryDirectory(prefix="bench-wrk-") as folder:
        script = Path(folder) / "requests.lua"
        texts = ",\n".join(json.dumps(request.decode()) for request in requests)
        script.write_text(SCRIPT.format(requests=texts))
        target = f"http://127.0.0.1:{port}/"
        options = ["-t1", f"-c{clients}", f"-d{duration_s}s", "-s", str(script), target]
        before = _children_cpu_s()
        done = subprocess.run(["wrk", *options], check=True, capture_output=True, text=True)
        own_cpu_s = _children_cpu_s() - before
    found = json.loads(done.stdout.rpartition("figures ")[2])
    if not found["count"] or found["errors"] or found["bytes"] < found["count"] * body_size:
        raise BadAnswer(f"wrk: {found}")
    return Tally(found["count"], found["wall_us"] / 1e6, found["p99_us"] / 1e6, own_cpu_s)


def _children_cpu_s() -> float:
    """Processor time of ended children; servers run on, so that wrk alone adds to it in between."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
