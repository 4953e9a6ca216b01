"""The passphrase: what is sent, what is kept, how hard it is to guess."""

import base64
import hashlib

import pytest

from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import BadKey, WeakPassphrase
from cozy.rooms.auth.model import Typed

from .conftest import PASSPHRASE, key


def test_the_key_is_the_one_that_cozy_clients_send():
    master = hashlib.pbkdf2_hmac("sha256", PASSPHRASE.encode(), b"me@alice.localhost", 650_000)
    expected = base64.b64encode(hashlib.pbkdf2_hmac("sha256", master, PASSPHRASE.encode(), 1)).decode()
    assert key() == expected


async def test_what_is_kept_opens_with_the_key_and_with_nothing_else():
    sealed = await auth.passphrase.seal(key())
    assert sealed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await auth.passphrase.is_right(sealed, key())
    assert not await auth.passphrase.is_right(sealed, key("another phrase altogether"))
    assert not await auth.passphrase.is_right(sealed, PASSPHRASE)


async def test_a_home_without_a_passphrase_opens_with_none():
    assert not await auth.passphrase.is_right("", "")


async def test_what_is_not_a_key_cannot_become_the_passphrase():
    with pytest.raises(BadKey):
        await auth.passphrase.seal("orage")


@pytest.mark.parametrize(
    "weak", ["", "password1", "azertyuiop", "aaaaaaaaaaaaaaaa", "camille1987", "two words"]
)
async def test_a_passphrase_that_a_program_guesses_is_refused(weak):
    with pytest.raises(WeakPassphrase):
        await auth.passphrase.new_key_of(Typed(raw=weak), "alice.localhost")


@pytest.mark.parametrize(
    "strong",
    [PASSPHRASE, "correct horse battery staple", "kT9!vz#Lq2xW", "lxGtGuAkCpeRp_NArPNhhBuKCjamGJGM"],
)
def test_a_long_or_unlikely_passphrase_is_enough(strong):
    assert auth.strength.bits(strong) >= auth.strength.ENOUGH
