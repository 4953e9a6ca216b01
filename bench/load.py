"""Our load generator: keep-alive sockets, requests built beforehand, answers kept for verifying.

One thread and epoll: it takes 15 to 25 µs a request, so that it stays ahead of the servers. `Run.own_cpu_s` tells
how near it came to being the bottleneck.
"""

import re
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

TIMEOUT_S = 120
RECEIVE_SIZE = 1 << 20  # bytes
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
CLOSING = re.compile(rb"^HTTP/1\.0|\r\nconnection:[ \t]*close", re.IGNORECASE)


class BadAnswer(Exception):
    """The server answered something else than the case expects."""


class Answer(NamedTuple):
    """What came back: status code, raw head, body without its chunking."""

    status: int
    head: bytes
    body: bytes


@dataclass(frozen=True)
class Run:
    """One timed series of requests, answers in the order of the requests."""

    answers: list[Answer]
    waits_s: list[float]  # from sending a request to its last byte
    wall_s: float
    own_cpu_s: float  # processor time of this generator


@dataclass(frozen=True)
class Tally:
    """What many requests came to."""

    count: int
    wall_s: float
    p99_s: float  # 99 % were answered within it
    own_cpu_s: float  # processor time of the generator


def tally(runs: Sequence[Run]) -> Tally:
    """The sum of some runs."""
    waits_s = sorted(wait for run in runs for wait in run.waits_s)
    wall_s, own_cpu_s = sum(run.wall_s for run in runs), sum(run.own_cpu_s for run in runs)
    return Tally(len(waits_s), wall_s, waits_s[int(len(waits_s) * 0.99)], own_cpu_s)


class Line:
    """A keep-alive connection, and the answer that is arriving on it."""

    def __init__(self, port: int):
        self.port = port
        self.socket = connect(port)
        self.inbox = bytearray()
        self.turn = 0
        self.sent_at = 0.0

    def send(self, turn: int, request: bytes) -> None:
        self.turn = turn
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> Answer | None:
        """The whole answer once its last byte is here; None before."""
        data = self.socket.recv(RECEIVE_SIZE)
        if not data:
            raise BadAnswer("the server closed the connection in mid-answer")
        self.inbox += data
        answer = parse(self.inbox)
        if answer is not None:
            self.inbox.clear()
        return answer

    def close(self) -> None:
        self.socket.close()


def connect(port: int) -> socket.socket:
    """A connection to a server on this machine."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
    sock.settimeout(None)  # a timeout costs a poll() a call
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def exchange(port: int, requests: Sequence[bytes], clients: int = 1) -> Run:
    """Send all requests over so many connections, each waiting for its answer before its next request."""
    lines = {line.socket.fileno(): line for line in (Line(port) for _ in range(min(clients, len(requests))))}
    try:
        return _drive(lines, requests)
    finally:
        for line in lines.values():
            line.close()


def _drive(lines: dict[int, Line], requests: Sequence[bytes]) -> Run:
    answers: list[Answer | None] = [None] * len(requests)
    waits_s = [0.0] * len(requests)
    todo = iter(enumerate(requests))
    poll = select.epoll()
    cpu, start = time.process_time(), time.perf_counter()
    for number, line in lines.items():
        poll.register(number, select.EPOLLIN)
        line.send(*next(todo))
    missing = len(requests)
    while missing:
        ready = poll.poll(TIMEOUT_S)
        if not ready:
            raise BadAnswer(f"no answer within {TIMEOUT_S} s")
        for number, _ in ready:
            line = lines[number]
            answer = line.receive()
            if answer is None:
                continue
            answers[line.turn] = answer
            waits_s[line.turn] = time.perf_counter() - line.sent_at
            missing -= 1
            if CLOSING.search(answer.head):
                poll.unregister(number)
                line = _renew(lines, number)
                poll.register(line.socket.fileno(), select.EPOLLIN)
            following = next(todo, None)
            if following is not None:
                line.send(*following)
    wall_s, own_cpu_s = time.perf_counter() - start, time.process_time() - cpu
    poll.close()
    return Run([answer for answer in answers if answer is not None], waits_s, wall_s, own_cpu_s)


def _renew(lines: dict[int, Line], number: int) -> Line:
    old = lines.pop(number)
    old.close()
    line = Line(old.port)
    lines[line.socket.fileno()] = line
    return line


def parse(inbox: bytearray) -> Answer | None:
    """The answer that these bytes hold, None while some are missing. RFC 9112 §6; one answer at a time, no HEAD."""
    cut = inbox.find(b"\r\n\r\n")
    if cut < 0:
        return None
    head = bytes(inbox[:cut])
    status = int(head[9:12])
    start = cut + 4
    length = LENGTH.search(head)
    if length:
        end = start + int(length[1])
        return Answer(status, head, bytes(inbox[start:end])) if len(inbox) >= end else None
    if CHUNKED.search(head):
        return _dechunk(status, head, inbox, start)
    if status in (204, 304):
        return Answer(status, head, b"")
    raise BadAnswer(f"a {status} without a length")


def _dechunk(status: int, head: bytes, inbox: bytearray, start: int) -> Answer | None:
    if not inbox.endswith(b"0\r\n\r\n"):
        return None
    pieces = []
    while True:
        line_end = inbox.find(b"\r\n", start)
        if line_end < 0:
            return None
        size = int(inbox[start:line_end].split(b";")[0], 16)
        if size == 0:
            return Answer(status, head, b"".join(pieces))
        start = line_end + 2
        if len(inbox) < start + size + 2:
            return None
        pieces.append(bytes(inbox[start : start + size]))
        start += size + 2


def upload(port: int, head: bytes, blocks: Iterator[memoryview]) -> Run:
    """Send one large body block by block."""
    line = Line(port)
    try:
        cpu, start = time.process_time(), time.perf_counter()
        line.send(0, head)
        for block in blocks:
            line.socket.sendall(block)
        answer = None
        while answer is None:
            answer = line.receive()
        wall_s = time.perf_counter() - start
        return Run([answer], [wall_s], wall_s, time.process_time() - cpu)
    finally:
        line.close()


class Sink:
    """Takes a body and counts it; something else, a hash say, may be fed along."""

    def __init__(self, feed: Callable[[memoryview], object] | None = None):
        self.size = 0  # bytes
        self.feed = feed

    def take(self, data: memoryview) -> None:
        self.size += len(data)
        if self.feed is not None:
            self.feed(data)


def download(port: int, request: bytes, sink: Sink) -> Run:
    """Receive one large body into a sink; the answer kept has an empty body."""
    sock = connect(port)
    buffer = memoryview(bytearray(RECEIVE_SIZE))
    try:
        cpu, start = time.process_time(), time.perf_counter()
        sock.sendall(request)
        head = bytearray()
        while (cut := head.find(b"\r\n\r\n")) < 0:
            size = sock.recv_into(buffer)
            if not size:
                raise BadAnswer("the server closed the connection in mid-answer")
            head += buffer[:size]
        sink.take(memoryview(bytes(head[cut + 4 :])))
        answer = Answer(int(head[9:12]), bytes(head[:cut]), b"")
        length = LENGTH.search(answer.head)
        if not length:
            raise BadAnswer("a download without a length")
        while sink.size < int(length[1]):
            size = sock.recv_into(buffer)
            if not size:
                raise BadAnswer("the server closed the connection in mid-answer")
            sink.take(buffer[:size])
        wall_s = time.perf_counter() - start
        return Run([answer], [wall_s], wall_s, time.process_time() - cpu)
    finally:
        sock.close()
