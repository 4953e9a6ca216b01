"""The log tells where something broke, and none of the values that were at hand."""

import structlog

from cozy.app import logs


def test_a_traceback_holds_no_values(capsys):
    logs.set_up()
    try:
        passphrase = "orage tilleul"
        try:
            raise RuntimeError(len(passphrase))
        except RuntimeError as error:
            structlog.get_logger().error("unexpected error", path="/my", exc_info=error)
    finally:
        structlog.reset_defaults()
    said = capsys.readouterr().err
    assert "RuntimeError: 13" in said
    assert "path" in said
    assert "orage tilleul" not in said
