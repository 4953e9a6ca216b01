"""Starts LibreOffice with a profile that it finds empty, and again where it asks for that: what its own shell script does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

AGAIN = frozenset({79, 81})  # it made its profile, and wants to begin anew (sal/rtl: EXITHELPER_…)
MOST = 3  # starts


def main() -> int:
    """Run it with what the command line says after it."""
    program, *arguments = sys.argv[1:]
    home = Path(os.environ["HOME"])
    # Its socket goes to /tmp, or else where it is told: in a box there is no /tmp.
    own = [f"-env:UserInstallation={(home / 'profile').as_uri()}", f"-env:OSL_SOCKET_PATH={home}"]
    quiet = ["--headless", "--invisible", "--nologo", "--norestore", "--nolockcheck", "--nodefault"]
    code = 0
    for _ in range(MOST):
        code = subprocess.run([program, *own, *quiet, *arguments], check=False).returncode
        if code not in AGAIN:
            break
    return code


if __name__ == "__main__":
    sys.exit(main())
