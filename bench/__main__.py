"""The command: `python -m bench files`, `python -m bench documents` measure Cozy beside other servers."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from bench import cases, homes, imports, move, photos, report, running, scale, search, sharing, wrk
from bench.cases import Case
from bench.load import BadAnswer
from bench.peers import Peer
from bench.report import Results
from bench.running import Running
from bench.suites import SUITES, Suite

FAULTS = (BadAnswer, OSError, ValueError, KeyError)  # the last two: an answer of another shape


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every server did every case, 1 when one failed or gave other bytes back, 2 for a bad command."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that started servers are stopped
    options = _parser().parse_args(arguments)
    if "run" in options:
        code: int = options.run(options)
        return code
    suite: Suite = options.suite
    sizes = suite.quick if options.quick else suite.full
    results = _prepare(suite, options, sizes)
    for name, reason in results.skipped.items():
        print(f"skipped {name}: {reason}", flush=True)
    if not results.peers:
        print("nothing to measure", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(
        prefix="bench-", dir=options.folder, ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o711)  # a server that runs as somebody else must reach its own folder
        try:
            _measure(suite, results, sizes, Path(folder), results.options["rounds"])
        finally:  # a run that is stopped tells what it knows
            print("\n" + report.table(results), flush=True)
            report.write_json(results, options.json)
    return 1 if results.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measure Cozy beside other servers.")
    commands = parser.add_subparsers(required=True)
    for suite in SUITES:
        _add_suite(commands.add_parser(suite.name, help=suite.title), suite)
    homes.add_to(commands)
    imports.add_to(commands)
    move.add_to(commands)
    photos.add_to(commands)
    scale.add_to(commands)
    search.add_to(commands)
    sharing.add_to(commands)
    return parser


def _add_suite(parser: argparse.ArgumentParser, suite: Suite) -> None:
    names = [peer.name for peer in suite.peers]
    parser.set_defaults(suite=suite)
    parser.add_argument("--quick", action="store_true", help="small counts, one round: does it work?")
    parser.add_argument(
        "--only",
        type=partial(_names, names),
        default=names,
        metavar="NAMES",
        help=f"some of {','.join(names)}",
    )
    parser.add_argument(
        "--rounds",
        type=_positive,
        default=5,
        metavar="N",
        help="how often (default: 5)",
    )
    parser.add_argument("--json", type=Path, default=Path(f"build/bench/{suite.name}.json"), metavar="FILE")
    parser.add_argument(
        "--folder",
        type=_folder,
        help="where the servers keep their files (default: a temporary folder)",
    )


def _names(known: list[str], text: str) -> list[str]:
    chosen = text.split(",")
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; choose from {', '.join(known)}")
    return chosen


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"no folder {text}")
    return folder


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 on")
    return int(text)


def _prepare(suite: Suite, options: argparse.Namespace, sizes: Any) -> Results:
    chosen = [peer for peer in suite.peers if peer.name in options.only]
    absences = {peer.name: peer.absence() for peer in chosen}
    return Results(
        metrics=[
            *(metric for case in suite.cases(sizes) for metric in case.metrics),
            *(cases.RESTING if suite.rests else ()),
        ],
        peers=[peer for peer in chosen if absences[peer.name] is None],
        bases=suite.bases,
        budgets=suite.budgets,
        judged=sizes == suite.full,
        options={
            "rounds": 1 if options.quick else options.rounds,
            "quick": options.quick,
            "sizes": asdict(sizes),
            "wrk": suite.gets_by_wrk and wrk.program() is not None,
        },
        skipped={name: reason for name, reason in absences.items() if reason is not None},
    )


def _measure(suite: Suite, results: Results, sizes: Any, folder: Path, rounds: int) -> None:
    """Rounds interleave the servers case by case, so that a busy moment of the machine hits them alike."""
    suite.warms(sizes, folder)
    if suite.rests:
        _measure_rest(results, folder, rounds)
    with ExitStack() as stack:
        servers = [server for peer in results.peers if (server := _start(stack, results, peer, folder))]
        every_case = suite.cases(sizes)
        for number in range(1, rounds + 1):
            for case in every_case:
                print(f"round {number} of {rounds}: {case.key}", flush=True)
                for server in filter(case.suits, servers):
                    _run(results, case, server, sizes, number)


def _start(stack: ExitStack, results: Results, peer: Peer[Any], folder: Path) -> Running[Any] | None:
    try:
        results.versions[peer.name] = peer.version()
        place = folder / peer.name
        running.settle(peer, place)
        return stack.enter_context(running.start(peer, place))
    except FAULTS as fault:
        results.failures.append(f"{peer.name}: {fault}")
        return None


def _run(results: Results, case: Case[Any, Any], server: Running[Any], sizes: Any, number: int) -> None:
    try:
        results.add(server.name, case.measure(server, sizes, number))
    except FAULTS as fault:
        results.failures.append(f"{server.name}, {case.key}, round {number}: {fault}")


def _measure_rest(results: Results, folder: Path, rounds: int) -> None:
    """Start-ups are second starts: each server has been started once on its folder before."""
    for peer in results.peers:
        try:
            running.settle(peer, folder / f"{peer.name}-rest")
            with running.start(peer, folder / f"{peer.name}-rest"):
                pass
        except FAULTS as fault:
            results.failures.append(f"{peer.name}, first start: {fault}")
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}: start", flush=True)
        for peer in results.peers:
            try:
                results.add(peer.name, cases.rest(peer, folder / f"{peer.name}-rest"))
            except FAULTS as fault:
                results.failures.append(f"{peer.name}, start, round {number}: {fault}")


if __name__ == "__main__":
    sys.exit(main())
