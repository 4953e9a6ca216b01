"""What stands above a note in Markdown: labels and dates, as Obsidian, Jekyll and their like read them."""

from __future__ import annotations

import json
from collections.abc import Sequence


def noted(text: str, *, title: str = "", labels: Sequence[str] = (), **said: str) -> str:
    """A note with its title as a heading, unless it has one, and with what is known of it in front, where anything is."""
    lines = [f"{name}: {_plain(value)}" for name, value in said.items() if value]
    if labels:
        lines.insert(0, f"tags: [{', '.join(_plain(label) for label in labels)}]")
    front = "---\n" + "\n".join(lines) + "\n---\n\n" if lines else ""
    heading = f"# {title}\n\n" if title and not text.lstrip().startswith("# ") else ""
    return f"{front}{heading}{text.strip()}".rstrip() + "\n"


def _plain(value: str) -> str:
    """A value as YAML has it: bare where it is a plain word, else quoted as JSON quotes."""
    one_line = " ".join(value.split())
    is_bare = one_line.replace("-", "").replace("_", "").replace(
        " ", ""
    ).isalnum() and not one_line.startswith(("-", " "))
    is_date = one_line[:4].isdigit() and "T" in one_line
    return one_line if is_bare or is_date else json.dumps(one_line, ensure_ascii=False)
