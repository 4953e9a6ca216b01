"""`cozy doctor`: what may be wrong, a line each."""

import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from cozy.app import doctor
from cozy.kernel.settings import Settings
from tests.program import Cozy, make_home


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
    assert (await doctor.mail(settings)).degree == "fault"
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        assert (await doctor.mail(settings)).degree == "ok"
    finally:
        server.stop()


async def test_names_of_this_machine_are_not_looked_up_elsewhere():
    assert (await doctor.names("alice.localhost", Settings())).degree == "ok"


def test_a_key_that_lies_beside_what_it_locks_is_told(tmp_path):
    settings = Settings(data=str(tmp_path / "data"), lock_contents=True)
    assert doctor.key(tmp_path / "data" / "host.key", settings).degree == "look"
    assert doctor.key(tmp_path / "host.key", settings).degree == "ok"
