"""The Containerfile: what it takes from the sources is there, and what it sets are settings."""

import re
from itertools import chain
from pathlib import Path

from cozy.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
STEPS = (ROOT / "Containerfile").read_text().replace("\\\n", " ").splitlines()
LOCKED = (ROOT / "requirements.lock").read_text()
LEFT_OUT = (ROOT / ".containerignore").read_text().split()


def words(instruction: str) -> list[str]:
    return [word for step in STEPS if step.startswith(f"{instruction} ") for word in step.split()[1:]]


def test_what_it_copies_is_in_the_sources_and_not_left_out():
    copied = [step.split()[1:-1] for step in STEPS if step.startswith("COPY ") and "--from=" not in step]
    assert copied
    for name in chain.from_iterable(copied):
        assert (ROOT / name).exists()
        assert name not in LEFT_OUT
    assert (ROOT / ".dockerignore").read_text() == (ROOT / ".containerignore").read_text()


def test_what_it_sets_are_settings():
    named = {word.partition("=")[0] for word in words("ENV")} - {"PATH"}
    assert named
    assert {name.removeprefix("COZY_").lower() for name in named} <= set(Settings.__struct_fields__)


def test_what_may_be_left_out_of_it_is_installed_by_the_lock_file():
    said = next(step for step in STEPS if step.startswith("# Packages to leave out"))
    names = re.findall(r"[a-z]+(?:-[a-z]+)+", said)
    assert len(names) == 2
    assert all(f"{name}==" in LOCKED for name in names)
