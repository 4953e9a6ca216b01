"""What bringing a Takeout in costs: `script/bench import`. Beside it `unzip`, which writes the same bytes and knows nothing of them."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.imports.takeouts import bytes_of
from tests.program import COZY, environment, make_home


@dataclass(frozen=True)
class Cost:
    """Of one command: how long it took, the processor's time, and the most memory that it had."""

    wall_s: float
    processor_s: float
    memory_mb: float
    said: str = ""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("import", help="a Takeout brought in, beside unzip")
    parser.set_defaults(run=run)
    parser.add_argument("--size", type=bytes_of, default=bytes_of("1G"), help="of the Takeout (default: 1G)")
    parser.add_argument(
        "--part", type=bytes_of, default=bytes_of("200M"), help="of its parts (default: 200M)"
    )
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often (default: 3)")
    parser.add_argument("--json", type=Path, default=Path("build/bench/import.json"), metavar="FILE")
    parser.add_argument("--folder", type=Path, help="where everything is kept (default: a temporary folder)")


def run(options: argparse.Namespace) -> int:
    """0: there is no budget for this. 1 where something did not come in."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        folder = Path(name)
        parts = _takeout(folder / "takeout", options)
        held = list(_held(parts))
        figures = {"files in the archive": float(len(held)), "MB in the archive": sum(held) / 1e6}
        rounds = [_measure(folder, parts, len(held), sum(held)) for _ in range(options.rounds)]
    figures |= {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=2))
    for name, value in figures.items():
        print(f"{name:<44} {value:>12,.2f}")
    return 0 if all(each["things left out"] == 0 for each in rounds) else 1


def _takeout(folder: Path, options: argparse.Namespace) -> list[Path]:
    """Written by another process: what this one holds would count as memory of those that it starts."""
    line = [
        sys.executable,
        "-m",
        "tests.imports.takeouts",
        folder,
        "--size",
        options.size,
        "--part",
        options.part,
    ]
    done = subprocess.run([*map(str, line)], check=True, capture_output=True, text=True)
    return [Path(each) for each in done.stdout.splitlines()]


def _held(parts: Sequence[Path]) -> Iterator[int]:
    """The size of each file in the archive."""
    for part in parts:
        with zipfile.ZipFile(part) as archive:
            yield from (each.file_size for each in archive.infolist() if not each.is_dir())


def _measure(folder: Path, parts: Sequence[Path], files: int, size: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    data = folder / "data"
    make_home(data)
    line = [*COZY, "--data", data, "import", "--yes", "--json", *parts]
    first, again = _cost(folder, line), _cost(folder, line)
    shutil.rmtree(data)
    said = json.loads(first.said)
    figures["things left out"] = (
        float(said.get("left_in_all", 0)) if said["state"] == "done" else float("nan")
    )
    figures["things brought in"] = float(
        sum(sum(part.get("added", {}).values()) for part in said.get("parts", []))
    )
    figures |= _rates("cozy", first, files, size)
    figures["cozy: MB of memory at most"] = first.memory_mb
    figures["cozy: things a second"] = figures["things brought in"] / first.wall_s
    figures["cozy, the same again: s"] = again.wall_s
    figures["cozy, the same again: s of processor"] = again.processor_s
    if shutil.which("unzip"):
        figures |= _rates("unzip", _unzipped(folder, parts), files, size)
    return figures


def _rates(name: str, cost: Cost, files: int, size: int) -> dict[str, float]:
    return {
        f"{name}: s": cost.wall_s,
        f"{name}: files a second": files / cost.wall_s,
        f"{name}: MB a second": size / 1e6 / cost.wall_s,
        f"{name}: s of processor": cost.processor_s,
    }


def _unzipped(folder: Path, parts: Sequence[Path]) -> Cost:
    """Until all of it is on the disk, as the home's promise is."""
    target = folder / "unzipped"
    quoted = f"for part in \"$@\"; do unzip -qq -n \"$part\" -d '{target}' || exit; done; sync -f '{target}'"
    cost = _cost(folder, ["sh", "-c", quoted, "sh", *parts])
    shutil.rmtree(target)
    return cost


def _cost(folder: Path, line: Sequence[object]) -> Cost:
    begun = time.perf_counter()
    with (folder / "said").open("w+b") as out, (folder / "errors").open("w+b") as errors:
        process = subprocess.Popen(
            [*map(str, line)], stdout=out, stderr=errors, env=environment(), cwd=folder
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - begun
        said = [(file.seek(0), file.read().decode())[1] for file in (out, errors)]
    if process.returncode:
        raise OSError(f"{line[0]} ended with {process.returncode}: {said[1][-2000:]}")
    return Cost(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said[0])
