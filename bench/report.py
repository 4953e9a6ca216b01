"""What comes out: a table to read and a JSON file to keep."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import budgets
from bench.budgets import Budget
from bench.cases import Metric
from bench.peers import Peer

RESTLESS = 1.5  # the best round divided by the worst, from which a median is marked
BUSY = 0.85  # share of a core from which the load generator may be the bottleneck


@dataclass
class Results:
    """Everything that one run found out; figures by metric and server, one a round."""

    metrics: list[Metric]
    peers: list[Peer[Any]]
    bases: Sequence[str]  # the server that ratios refer to; the next where that one lacks the figure
    budgets: Sequence[Budget]
    judged: bool  # false when the sizes are not those of the budgets
    options: dict[str, Any]
    skipped: dict[str, str]  # reason by server
    versions: dict[str, str] = field(default_factory=dict)
    figures: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, server: str, found: dict[str, float]) -> None:
        for metric, value in found.items():
            self.figures.setdefault(metric, {}).setdefault(server, []).append(value)

    def medians(self, metric: str) -> dict[str, float]:
        return {server: statistics.median(values) for server, values in self.figures.get(metric, {}).items()}


def table(results: Results) -> str:
    """The medians, side by side."""
    names = [peer.name for peer in results.peers]
    rows = [["median of rounds", "", *names, "budget for cozy"]]
    for metric in results.metrics:
        medians = results.medians(metric.key)
        cells = [_cell(results, metric, medians, name) for name in names]
        rows.append([metric.title, metric.unit, *cells, _verdict(results, metric.key, medians)])
    return "\n".join([*_aligned(rows), "", *_notes(results)])


def _cell(results: Results, metric: Metric, medians: dict[str, float], name: str) -> str:
    if name not in medians:
        return "–"
    base = next((each for each in results.bases if medians.get(each)), name)
    value = medians[name]
    ratio = f" ({value / medians[base]:.2f})" if metric.compared and name != base else ""
    return f"{_number(value)}{_marks(results, metric, name)}{ratio}"


def _marks(results: Results, metric: Metric, name: str) -> str:
    rounds = results.figures[metric.key][name]
    busy = results.medians(f"{metric.key}-generator").get(name, 0.0) > BUSY
    restless = metric.compared and max(rounds) > min(rounds) * RESTLESS
    return ("*" if busy else "") + ("~" if restless else "")


def _number(value: float) -> str:
    """Three significant digits or all whole ones."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _verdict(results: Results, metric: str, medians: dict[str, float]) -> str:
    budget = next((budget for budget in results.budgets if budget.metric == metric), None)
    if budget is None:
        return ""
    words = {True: "kept", False: "missed", None: "not judged"}
    return f"{budget}: {words[budgets.kept(budget, medians) if results.judged else None]}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    last = len(widths) - 1
    return [
        "  ".join(
            cell.ljust(width) if i in (0, 1, last) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _notes(results: Results) -> list[str]:
    return [
        f"In brackets: the figure divided by that of {' or else '.join(results.bases)}. *: the load generator used over {BUSY:.0%} of a core.",
        f"~: the best and the worst round are more than a factor {RESTLESS:g} apart; more --rounds tell more.",
        "Server and load generator share this machine's processors. GETs are sent by "
        + ("wrk." if results.options["wrk"] else "the bench's own generator."),
        "Terms:",
        *(f"  {peer.name} ({results.versions.get(peer.name, '?')}): {peer.terms}" for peer in results.peers),
        *(f"Skipped: {name}: {reason}" for name, reason in results.skipped.items()),
        *(f"FAILED: {failure}" for failure in results.failures),
    ]


def write_json(results: Results, path: Path) -> None:
    """Keep all rounds, medians, budgets and terms of a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_document(results), indent=2, ensure_ascii=False) + "\n")


def _document(results: Results) -> dict[str, Any]:
    return {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "kernel": platform.release(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        },
        "options": results.options,
        "terms": {peer.name: peer.terms for peer in results.peers},
        "versions": results.versions,
        "skipped": results.skipped,
        "failures": results.failures,
        "metrics": [
            {
                "key": metric.key,
                "title": metric.title.strip(),
                "unit": metric.unit,
                "medians": results.medians(metric.key),
                "rounds": results.figures.get(metric.key, {}),
            }
            for metric in results.metrics
        ],
        "budgets": [
            {
                "metric": budget.metric,
                "budget": str(budget),
                "kept": budgets.kept(budget, results.medians(budget.metric)) if results.judged else None,
            }
            for budget in results.budgets
        ],
    }
