"""Traces: a collector hears of routes and of what they took, and of nobody."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.program import Cozy, Server, make_home

SECRETS = ("alice", "letter", "hidden", "127.0.0.1")


@pytest.fixture
def collector():
    """What was told, as it was sent, and where to."""
    told: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_POST(self) -> None:
            told.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", told
    server.shutdown()
    server.server_close()


def test_a_collector_hears_of_routes_and_of_nobody(tmp_path, collector):
    address, told = collector
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data", env={"COZY_TRACES": address})
    with Server(cozy, tmp_path / "log") as server:
        client = server.client(cozy.token())
        assert client.upload("letter.txt", b"hidden").status == 201
        assert client("GET", "/files/download", Path="/letter.txt").status == 200
        assert client("GET", "/files/hidden").status == 404
        assert server.stop() == 0
    spans = [
        span
        for body in told
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    by_name = {span.name: span for span in spans}
    assert {"GET /files/download", "GET /files/{file_id}", "database read"} <= by_name.keys()
    asked = by_name["POST /files/{dir_id}"]
    assert asked.span_id in {span.parent_span_id for span in spans if span.name == "database write"}
    said = {each.key: each.value for each in asked.attributes}
    assert said["http.response.status_code"].int_value == 201
    assert said.keys() == {"http.request.method", "http.route", "http.response.status_code"}
    assert not [word for word in SECRETS for body in told if word.encode() in body.lower()]
