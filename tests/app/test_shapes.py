"""Shapes of data that many threads use at the same time, from the first moment on."""

import subprocess
import sys

from tests.program import environment

TOGETHER = """
import sys, threading
from contextlib import suppress
import msgspec
from cozy.app import server, shapes
known = sorted(shapes.learn(), key=repr)
sys.setswitchinterval(1e-6)
barrier = threading.Barrier(8)
def use():
    for each in known:
        barrier.wait()
        with suppress(msgspec.ValidationError):
            msgspec.convert(dict.fromkeys(each.__struct_fields__), each, strict=False)
threads = [threading.Thread(target=use) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
print(len(known) > 300)
"""


def test_what_is_learned_crashes_no_process_that_uses_it_in_several_threads():
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER], env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
