"""Spans for OpenTelemetry: what takes how long in this process, told to the collector that the settings name, and to nobody otherwise.

They say which route was asked for and not what for: no path, no query, no address, no home, no person, and no words of an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cozy import __version__
from cozy.kernel.problem import Unavailable
from cozy.kernel.settings import Settings
from cozy.kernel.tracing import Trace, untraced
from cozy.web.dispatch import ROUTE

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_TIMEOUT_S = 5  # for the collector
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PROPPATCH", "REPORT"}


@contextmanager
def sent(settings: Settings) -> Iterator[Trace]:
    """What marks a span, while the block runs. Raises Unavailable."""
    if not settings.traces:
        yield untraced
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise Unavailable("Traces need a further package: install `cozy-home[traces]`.") from error
    about = Resource({"service.name": "cozy", "service.version": __version__})
    provider = TracerProvider(resource=about)
    provider.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.traces, timeout=_TIMEOUT_S))
    )
    try:
        yield partial(_span, provider.get_tracer("cozy"))
    finally:
        provider.shutdown()


@contextmanager
def _span(tracer: Tracer, name: str) -> Iterator[None]:
    from opentelemetry.trace import Status, StatusCode

    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield
        except Exception:
            span.set_status(Status(StatusCode.ERROR))
            raise


class Traced:
    """An ASGI application whose answers are spans, each from a request to the last byte of its answer."""

    def __init__(self, app: ASGIApp, trace: Trace) -> None:
        self._app = app
        self._trace = trace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from opentelemetry.trace import get_current_span

        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        with self._trace(method):
            span = get_current_span()
            span.set_attribute("http.request.method", method)

            async def telling(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if route := scope.get(ROUTE):
                        span.update_name(f"{method} {route}")
                        span.set_attribute("http.route", route)
                await send(message)

            await self._app(scope, receive, telling)
