"""A small disk for a server: a tmpfs in a mount namespace of its own, which ends with the test whatever happens.

Works for root, and for others where the system lets them make user namespaces.
"""

import os
import shutil
import subprocess
from pathlib import Path

_HOLD = 'mount -t tmpfs -o size="$2",mode=0777 cozy "$1" && echo ready && exec cat'


class SmallDisk:
    """A disk of so many bytes at a folder; only processes started through `prefix` see it there."""

    def __init__(self, at: Path, size: int) -> None:
        at.mkdir()
        self._at = at
        as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self._holder = subprocess.Popen(
            ["unshare", "--mount", *as_root, "sh", "-c", _HOLD, "sh", str(at), str(size)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self._holder.stdout is not None
        self.works = self._holder.stdout.readline() == b"ready\n"
        within = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self.prefix = ("nsenter", "--target", str(self._holder.pid), "--mount", *within)
        self.seen = Path(f"/proc/{self._holder.pid}/root{at}")  # the same folder, for us outside

    def fill(self, leave: int = 0) -> Path:
        """Use up the space, but for so many bytes; remove the file that is returned to free it again."""
        filler = self.seen / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(64 * 1024))
            except OSError:
                pass
            if leave:
                os.ftruncate(file.fileno(), max(0, file.tell() - leave))
        return filler

    def free(self) -> int:
        """Bytes left."""
        return shutil.disk_usage(self.seen).free

    def run(self, *command: object) -> None:
        """A command that sees the disk, and must succeed."""
        subprocess.run([*self.prefix, *map(str, command)], check=True, capture_output=True)

    def close(self) -> None:
        """Give it back."""
        self._holder.communicate()


def is_possible(folder: Path) -> str:
    """ "" when disks can be made here, else why not."""
    missing = [program for program in ("unshare", "nsenter") if shutil.which(program) is None]
    if missing:
        return f"{' and '.join(missing)} (util-linux) are missing"
    disk = SmallDisk(folder / "probe", 65536)
    disk.close()
    return "" if disk.works else "this system lets nobody mount a small disk here"
