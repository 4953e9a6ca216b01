"""The log tells where something broke, and none of the values that were at hand."""

import ast
import re
from pathlib import Path

import structlog
from structlog.testing import capture_logs

from cozy.app import logs

SOURCE = Path(__file__).parents[1] / "src" / "cozy"
PERSONAL = re.compile(r"\b(item\.name|file\.name|\w*email\w*|passphrase|public_name|\w*\.path)\b")


async def test_the_log_of_what_broke_names_the_route_and_not_the_address_that_was_asked_for(
    client, monkeypatch
):
    def breaks(*args):
        raise RuntimeError

    monkeypatch.setattr("cozy.rooms.exports.routes.service.named", breaks)
    with capture_logs() as told:
        assert (await client.get("/move/exports/do-not-tell?token=do-not-tell")).status_code == 500
    (line,) = [each for each in told if each["event"] == "unexpected error"]
    assert (line["method"], line["route"]) == ("GET", "/move/exports/{name}")
    assert "do-not-tell" not in str({name: value for name, value in line.items() if name != "exc_info"})


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


def test_no_line_of_the_log_is_given_a_name_or_an_address_of_people():
    told = [
        f"{file.relative_to(SOURCE)}:{node.lineno} {keyword.arg}={ast.unparse(keyword.value)}"
        for file in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")
        for keyword in node.keywords
        if PERSONAL.search(ast.unparse(keyword.value)) or keyword.arg in {"title", "email", "url_path"}
    ]
    assert told == []
