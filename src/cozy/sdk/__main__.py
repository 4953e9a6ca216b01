"""`python -m cozy.sdk run|manifest|try WHERE`: what the home starts, and what an author works with."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Any

from .declaring import Connector
from .errors import Trouble
from .keeping import InMemory
from .loading import load
from .running import play, run
from .tapes import Playing, Recording
from .texts import said


def main(arguments: list[str] | None = None) -> int:
    """The exit status."""
    asked = _parser().parse_args(arguments)
    connector = load(asked.where)
    if asked.verb == "run":
        return run(connector, _environment())
    if asked.verb == "manifest":
        sys.stdout.write(json.dumps(connector.manifest(), indent=2, ensure_ascii=False) + "\n")
        return 0
    return _try(connector, asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cozy.sdk", description="Connectors of Cozy: run one, or write one."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in (
        ("run", "run it as the home does"),
        ("manifest", "print its manifest.konnector"),
        ("try", "run it without a home, and show what it finds"),
    ):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("where", help="the connector's file, or shipped:mailbox and its like")
        if verb == "try":
            one.add_argument(
                "--set", action="append", default=[], metavar="FIELD=VALUE", help="what the owner would type"
            )
            one.add_argument("--keep", type=Path, help="a folder for what it finds")
            one.add_argument(
                "--record", type=Path, help="a file for what the service answers, to be played again"
            )
            one.add_argument("--play", type=Path, help="such a file, in place of the service")
            one.add_argument("--locale", default="en")
    return parser


def _environment() -> dict[str, str]:
    """What the home says; texts that are too long for Linux to hand over are in a file."""
    long = os.environ.get("COZY_LONG_TEXTS", "")
    return {**os.environ, **(json.loads(Path(long).read_text("utf-8")) if long else {})}


def _try(connector: Connector, asked: argparse.Namespace) -> int:
    keeper = InMemory(_typed(connector, asked))
    tape = Playing(asked.play) if asked.play else Recording(asked.record) if asked.record else None
    try:
        play(connector, keeper, tape=tape, locale=asked.locale)
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    for path, held in sorted(keeper.files.items()):
        sys.stdout.write(f"{len(held):>10}  {path}\n")
        if asked.keep:
            target = asked.keep / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(held)
    for bill in keeper.kept_bills:
        sys.stdout.write(json.dumps(bill, ensure_ascii=False) + "\n")
    return 0


def _typed(connector: Connector, asked: argparse.Namespace) -> dict[str, Any]:
    typed: dict[str, Any] = dict(one.partition("=")[::2] for one in asked.set)
    for field in connector.fields:
        if field.kind == "password" and field.name not in typed and not asked.play:
            typed[field.name] = getpass.getpass(f"{said(field.label, asked.locale)}: ")
    return typed


if __name__ == "__main__":
    raise SystemExit(main())
