"""`cozy homes`, as hosters use it."""

import pytest

from tests import workers
from tests.program import Cozy

PASSPHRASE = "orage tilleul boussole velours"
DOMAIN = "alice.localhost"


@pytest.fixture
def cozy(tmp_path):
    return Cozy(tmp_path / "data")


@pytest.fixture
def alice(cozy):
    done = cozy("homes", "add", DOMAIN, "--passphrase", PASSPHRASE, "--json")
    assert done.code == 0, done.err
    return done.json


def test_a_home_is_made_listed_shown_and_destroyed(cozy, alice):
    assert alice["domain"] == DOMAIN
    assert [listed["domain"] for listed in cozy("homes", "ls", "--json").json] == [DOMAIN]
    assert cozy("homes", "show", DOMAIN, "--json").json["id"] == alice["id"]
    folder = cozy.data / "homes" / alice["id"]
    assert folder.is_dir() or workers.WORKERS
    assert cozy("homes", "destroy", DOMAIN, "--yes").code == 0
    assert cozy("homes", "ls", "--json").json == []
    assert not folder.exists()


def test_quota_and_state_are_the_hosters_to_set(cozy, alice):
    changed = cozy("homes", "set", DOMAIN, "--quota", "1.5GB", "--state", "blocked", "--json").json
    assert (changed["quota"], changed["state"]) == (1_500_000_000, "blocked")
    changed = cozy("homes", "set", DOMAIN, "--quota", "none", "--json").json
    assert (changed["quota"], changed["state"]) == (None, "blocked")


def test_a_link_for_a_new_passphrase_is_printed(cozy, alice):
    done = cozy("homes", "reset-passphrase", DOMAIN)
    assert done.out.startswith(f"http://{DOMAIN}:8080/auth/passphrase_renew?token=")


def test_a_service_is_told_all_that_it_asks_for(cozy, alice):
    known = cozy("homes", "add-service", DOMAIN, "Wiki", "https://wiki.example.org/back", "--json").json
    assert known["issuer"] == f"http://{DOMAIN}:8080"
    assert len(known["client_id"]) == len(known["client_secret"]) == 32
    plain = cozy("homes", "add-service", DOMAIN, "Wiki", "https://wiki.example.org/back").out
    assert [line.partition(": ")[0] for line in plain.splitlines()] == [
        "issuer",
        "client_id",
        "client_secret",
    ]


def test_the_hoster_says_who_the_owner_is_elsewhere(cozy, alice):
    assert cozy("homes", "link-login", DOMAIN, "alice-there").code == 0
    assert cozy("homes", "link-login", DOMAIN, "").code == 0
    assert "There is no home" in cozy("homes", "link-login", "nobody.localhost", "alice-there").err


def test_the_data_folder_may_be_named_after_the_command(cozy, alice, tmp_path):
    elsewhere = Cozy(tmp_path / "elsewhere")
    assert elsewhere("homes", "ls", "--json", "--data", cozy.data).json[0]["domain"] == DOMAIN
    assert elsewhere("token", DOMAIN, f"--data={cozy.data}").code == 0


def test_the_passphrase_may_come_by_standard_input(cozy):
    process = cozy.started("homes", "add", DOMAIN, "--passphrase-stdin", stdin=-1)
    out, err = process.communicate(f"{PASSPHRASE}\n".encode(), timeout=300)
    assert (process.returncode, err) == (0, b"")
    assert out.decode().strip() == f"http://{DOMAIN}:8080"


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("show", "nobody.localhost"), "There is no home at this address."),
        (("add", "not a domain", "--passphrase", PASSPHRASE), "This cannot be the address of a home"),
        (("add", "bob.localhost", "--passphrase", "password1"), "too easy to guess"),
        (
            ("add", "bob.localhost", "--passphrase", PASSPHRASE, "--locale", "de"),
            "This language is not available.",
        ),
        (("add", "bob.localhost", "--passphrase", PASSPHRASE, "--quota", "much"), "A quota is a size"),
        (("add", DOMAIN, "--passphrase", PASSPHRASE), "A home already has this address."),
        (("set", DOMAIN, "--state", "asleep"), "A home is active or blocked."),
        (("reset-passphrase", "nobody.localhost"), "There is no home at this address."),
        (("add-service", DOMAIN, "Wiki", "wiki"), "it begins with https://"),
        (("add-service", DOMAIN, "", "https://wiki.example.org/back"), "Give a name"),
    ],
)
def test_what_goes_wrong_is_one_line(cozy, alice, args, sentence):
    done = cozy("homes", *args)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert sentence in done.err


def test_a_home_is_destroyed_only_by_who_types_its_address(cozy, alice):
    for typed, code in ((b"yes\n", 1), (DOMAIN.encode() + b"\n", 0)):
        process = cozy.started("homes", "destroy", DOMAIN, stdin=-1)
        process.communicate(typed, timeout=300)
        assert process.returncode == code


def test_context_and_flags_are_the_hosters_to_set(cozy, alice, tmp_path):
    (tmp_path / "cozy.toml").write_text("[contexts.school]")
    config = ("--config", str(tmp_path / "cozy.toml"))
    changed = cozy(
        *config, "homes", "set", DOMAIN, "--context", "school", "--flag", "a=[1]", "--flag", "b=x", "--json"
    )
    assert changed.json["hosted"] == {"context": "school", "flags": {"a": [1], "b": "x"}}
    changed = cozy(*config, "homes", "set", DOMAIN, "--flag", "a=", "--json")
    assert changed.json["hosted"] == {"context": "school", "flags": {"b": "x"}}
    shown = cozy("homes", "show", DOMAIN).out
    assert "school" in shown
    assert '{"b":"x"}' in shown


def test_a_context_that_the_settings_do_not_know_is_refused(cozy, alice):
    refused = cozy("homes", "set", DOMAIN, "--context", "scholl")
    assert refused.code == 1
    assert refused.err == "cozy: The settings know no context of this name.\n"
