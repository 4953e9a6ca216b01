"""`cozy doctor`: what may be wrong, a line each."""

import asyncio
import socket
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from cozy.app import doctor
from cozy.app.marks import marked
from cozy.kernel.settings import Settings
from cozy.ui.words import words
from tests.program import Cozy, make_home
from tests.seaweed import BUCKET, KEY, SECRET


@pytest.fixture
def cozy(tmp_path) -> Cozy:
    make_home(tmp_path / "data")
    return Cozy(tmp_path / "data")


def test_a_host_that_is_well_has_no_fault(cozy):
    done = cozy("doctor")
    said = [
        line for line in done.out.splitlines() if "GB are free" not in line
    ]  # of the machine of the tests
    assert {line.split()[0] for line in said} <= {"ok", "look"}
    assert f"{cozy.data} is for its own user alone." in done.out


@pytest.mark.one_process("the key of several lies elsewhere")
def test_a_fault_is_said_with_what_to_do(cozy):
    key = cozy.data / "host.key"
    key.write_text("")
    key.chmod(0o644)
    done = cozy("doctor")
    assert done.code == 1
    assert f"fault Other users of this machine may read {key}. → chmod 600 {key}" in done.out


def test_a_folder_that_others_may_look_into_is_told(tmp_path):
    tmp_path.chmod(0o755)
    assert doctor.folder(tmp_path).degree == "look"
    tmp_path.chmod(0o700)
    assert doctor.folder(tmp_path).degree == "ok"


@pytest.mark.parametrize(
    ("settings", "degree"),
    [
        (Settings(), "look"),
        (Settings(public="example.org"), "ok"),
        (Settings(public_url="https://"), "fault"),
        (Settings(public_url="https://", trusted_proxies="127.0.0.1"), "ok"),
        (Settings(host="0.0.0.0"), "fault"),
    ],
)
def test_who_is_reached_without_https_or_knows_nobody_s_address_is_told(settings, degree):
    assert doctor.address(settings).degree == degree


async def test_a_mail_server_that_answers_is_told_from_one_that_does_not():
    assert (await doctor.mail(Settings())).degree == "look"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(smtp_url=f"smtp://127.0.0.1:{port}")
    refused = await doctor.mail(settings)
    assert (refused.degree, refused.facts["host"]) == ("fault", "127.0.0.1")
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        assert (await doctor.mail(settings)).degree == "ok"
    finally:
        server.stop()


@pytest.mark.one_process("several keep nothing in files of SQLite")
def test_what_cannot_be_opened_is_told_and_the_rest_looked_at(cozy):
    (cozy.data / "host.db").write_bytes(b"no database" * 1000)
    done = cozy("doctor")
    assert done.code == 1
    assert "fault The databases cannot be opened: The database host.db" in done.out
    assert "is for its own user alone" in done.out
    assert "There is no mail" in done.out


@pytest.mark.one_process("several have no folder that must be made")
def test_where_there_is_no_data_folder_none_is_made(tmp_path):
    done = Cozy(tmp_path / "data")("doctor")
    assert "look  There is no data folder" in done.out
    assert not (tmp_path / "data").exists()


async def test_a_database_that_is_away_is_told_with_the_reason(cozy, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr("cozy.backends.postgres._CONNECT_S", 1)
    settings = Settings(data=str(cozy.data), postgres=f"host=127.0.0.1 port={port} dbname=cozy")
    (line,) = await doctor.reached(settings)
    assert line.degree == "fault"
    assert "PostgreSQL does not let us in: connection to server" in doctor.spelled(line, words("en"))


async def test_a_bucket_that_cannot_be_used_is_told_with_what_the_service_says(
    s3_service, tmp_path, monkeypatch
):
    async def said(bucket: str, secret: str) -> str:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        settings = Settings(data=str(tmp_path), contents=f"s3://{bucket}", s3_endpoint=s3_service.endpoint)
        line = await doctor.contents(settings)
        return doctor.spelled(line, words("en")) if line else ""

    assert not await said(BUCKET, SECRET)
    assert "refuses us: SignatureDoesNotMatch." in await said(BUCKET, "another")
    assert "has no bucket for s3://elsewhere." in await said("elsewhere", SECRET)


def test_files_of_another_user_are_told(tmp_path, monkeypatch):
    (tmp_path / "host.db").write_bytes(b"")
    tmp_path.chmod(0o700)
    assert doctor.folder(tmp_path).degree == "ok"
    monkeypatch.setattr(
        doctor, "_within", lambda data: iter([SimpleNamespace(stat=lambda: SimpleNamespace(st_uid=-1))])
    )
    assert doctor.folder(tmp_path).degree == "fault"


def test_a_port_that_another_program_has_is_told(cozy):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = Settings(
            data=str(cozy.data), public="example.org", public_https_port=port, public_http_port=1
        )
        (cozy.data / "at-work").mkdir(exist_ok=True)
        (cozy.data / "at-work" / "killed").touch()
        assert doctor.ports(settings).degree == "fault"
        with marked(cozy.data):
            assert doctor.ports(settings).degree == "ok"


async def test_an_address_at_which_nobody_answers_is_told(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

        async def here(*_args, **_options):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", here)
        settings = Settings(public="example.org", public_https_port=port)
        assert (await doctor.names("alice.example.org", settings)).degree == "ok"
    assert (await doctor.names("alice.example.org", settings)).degree == "fault"


def test_it_speaks_the_language_of_the_terminal():
    assert [doctor.locale({name: "fr_FR.UTF-8"}) for name in ("LC_ALL", "LANG")] == ["fr", "fr"]
    assert doctor.locale({"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}) == doctor.locale({}) == "en"
    line = doctor.address(Settings(host="0.0.0.0"))
    assert doctor.spelled(line, words("fr")).startswith("faute 0.0.0.0 répond sans HTTPS\N{NO-BREAK SPACE}:")


async def test_names_of_this_machine_are_not_looked_up_elsewhere():
    assert (await doctor.names("alice.localhost", Settings())).degree == "ok"


def test_a_key_that_lies_beside_what_it_locks_is_told(tmp_path):
    settings = Settings(data=str(tmp_path / "data"), lock_contents=True)
    assert doctor.key(tmp_path / "data" / "host.key", settings).degree == "look"
    assert doctor.key(tmp_path / "host.key", settings).degree == "ok"
