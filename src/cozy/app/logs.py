"""The log: one line an event, to standard error; tracebacks without values, for these may be somebody's secrets."""

from __future__ import annotations

import sys

import structlog


def set_up(*, as_json: bool = False) -> None:
    """Log this way from now on. as_json: an object a line, for programs."""
    lines: list[structlog.typing.Processor] = [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
    objects: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(objects if as_json else lines),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
