"""Networks of their own for homes of a village: each is a namespace, and a bridge joins them. Packets between homes get lost, one of
twenty; where a way is cut, all are, and nobody is told.

Namespaces, and the rules in them, are only made for who owns the network around (`script/converge` sees to that); whoever plays
stands at the bridge, and loses nothing.
"""

from __future__ import annotations

import subprocess

_BRIDGE, _HERE, _ALL = "homes", "10.77.0.1", "10.77.0.0/24"
_PORT = 8080
_LOST = 5  # of a hundred packets
_RULES = """
table ip ways {{
    set cut {{ type ipv4_addr; }}
    chain coming {{
        type filter hook input priority 0;
        ip saddr @cut counter drop
        ip saddr {all} ip saddr != {here} ip saddr != {own} numgen random mod 100 < {lost} counter drop
    }}
}}
"""


def _run(*line: str, given: str = "") -> str:
    done = subprocess.run(line, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(line)}: {done.stderr.strip()}")
    return done.stdout


class Network:
    """The network of a home, and the way into it."""

    allowed = _ALL
    port = _PORT

    def __init__(self, bridged: Networks, name: str, number: int) -> None:
        self._bridged, self._name = bridged, name
        self.host = f"10.77.0.{number}"
        self.prefix: tuple[str, ...] = ("ip", "netns", "exec", name)
        inner, outer = f"in{number}", f"out{number}"
        _run("ip", "netns", "add", name)
        _run("ip", "link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name)
        _run("ip", "link", "set", outer, "master", _BRIDGE, "up")
        for line in (
            ("addr", "add", f"{self.host}/24", "dev", inner),
            ("link", "set", inner, "up"),
            ("link", "set", "lo", "up"),
        ):
            _run("ip", "-n", name, *line)
        self._rule(_RULES.format(all=_ALL, here=_HERE, own=self.host, lost=_LOST))

    def listens_at(self) -> int:
        """The one port that there is."""
        return _PORT

    def open(self, port: int) -> None:
        """The home stands at its own address."""

    def shut(self) -> None:
        """It does not."""

    def refuse(self, name: str) -> None:
        """Lose every packet of theirs."""
        self._rule(f"add element ip ways cut {{ {self._bridged.made[name].host} }}")

    def allow(self, name: str) -> None:
        """Lose some."""
        self._rule(f"delete element ip ways cut {{ {self._bridged.made[name].host} }}")

    def close(self) -> None:
        """Let go of the namespace; it ends with the last that stands in it."""
        _run("ip", "netns", "delete", self._name)

    def lost(self) -> int:
        """How many packets were lost on the way here, on purpose."""
        rules = _run(*self.prefix, "nft", "list", "chain", "ip", "ways", "coming").split("packets ")[1:]
        return sum(int(each.split()[0]) for each in rules)

    def _rule(self, text: str) -> None:
        _run(*self.prefix, "nft", "-f", "-", given=text)


class Networks:
    """The networks of a village, on one bridge."""

    def __init__(self) -> None:
        self.made: dict[str, Network] = {}
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "add", _BRIDGE, "type", "bridge")
        _run("ip", "addr", "add", f"{_HERE}/24", "dev", _BRIDGE)
        _run("ip", "link", "set", _BRIDGE, "up")

    def gate(self, name: str, number: int) -> Network:
        """One more."""
        self.made[name] = made = Network(self, name, number)
        return made

    def lost(self) -> int:
        """How many packets were lost in all of them, on purpose."""
        return sum(each.lost() for each in self.made.values())
