"""Signed requests as RFC 9421 spells them, and digests as RFC 9530 does."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cozy.kernel import signatures
from cozy.kernel.signatures import CannotSign, Request

# RFC 9421 appendix B.1.4 and B.2: the key, and the request that its examples sign.
KEY = base64.urlsafe_b64decode("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU=")
PUBLIC = base64.urlsafe_b64decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs=")
REQUEST = Request(
    "POST",
    "https://example.com/foo?param=Value&Pet=dog",
    {
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        "content-length": "18",
    },
)
COVERS = ("date", "@method", "@path", "@authority", "content-type", "content-length")
BASE = """\
"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519\""""
SIGNED = {
    "signature-input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    "signature": "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
}


def test_the_signature_of_appendix_b_is_made():
    parameters = {"created": 1618884473, "keyid": "test-key-ed25519"}
    assert signatures.sign(REQUEST, COVERS, KEY, parameters, "sig-b26") == SIGNED


def test_the_signature_of_appendix_b_is_read_and_holds():
    (found,) = signatures.signatures(SIGNED)
    assert (found.label, found.covers, found.text("keyid")) == ("sig-b26", COVERS, "test-key-ed25519")
    assert found.number("created") == 1618884473
    assert signatures.base(REQUEST, found.covers, found.params).decode() == BASE
    assert signatures.holds(REQUEST, found, PUBLIC)


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, method="PUT"),
        replace(REQUEST, url="https://example.com/fooo?param=Value&Pet=dog"),
        replace(REQUEST, url="https://example.org/foo?param=Value&Pet=dog"),
        replace(REQUEST, headers={**REQUEST.headers, "content-length": "19"}),
        replace(REQUEST, headers={**REQUEST.headers, "date": "Tue, 20 Apr 2021 02:07:56 GMT"}),
        replace(REQUEST, headers={k: v for k, v in REQUEST.headers.items() if k != "content-type"}),
    ],
)
def test_a_request_that_was_changed_is_not_the_one_that_was_signed(other):
    (found,) = signatures.signatures(SIGNED)
    assert not signatures.holds(other, found, PUBLIC)


def test_what_is_not_covered_may_change():
    (found,) = signatures.signatures(SIGNED)
    other = replace(
        REQUEST, url="https://example.com/foo?other", headers={**REQUEST.headers, "accept": "*/*"}
    )
    assert signatures.holds(other, found, PUBLIC)


def test_another_key_signed_nothing():
    (found,) = signatures.signatures(SIGNED)
    assert not signatures.holds(REQUEST, found, bytes(32))
    assert not signatures.holds(REQUEST, found, b"no key")


@pytest.mark.parametrize(
    ("name", "value"),
    [  # RFC 9421 §2.2
        ("@method", "POST"),
        ("@target-uri", "https://www.example.com/path?param=value"),
        ("@authority", "www.example.com"),
        ("@scheme", "https"),
        ("@request-target", "/path?param=value"),
        ("@path", "/path"),
        ("@query", "?param=value"),
    ],
)
def test_what_is_derived_of_a_request_is_as_in_section_2(name, value):
    request = Request("POST", "https://www.example.com/path?param=value", {})
    first, _ = signatures.base(request, [name], "()").decode().split("\n")
    assert first == f'"{name}": {value}'


def test_the_port_that_the_scheme_implies_is_no_part_of_the_authority():
    lines = [
        signatures.base(Request("GET", url, {}), ["@authority"], "()").decode().partition("\n")[0]
        for url in ("https://WWW.example.com:443/", "http://example.com:80", "https://example.com:8443/")
    ]
    assert lines == [
        '"@authority": www.example.com',
        '"@authority": example.com',
        '"@authority": example.com:8443',
    ]


def test_what_is_not_there_cannot_be_signed():
    for covers in (["cookie"], ["@status"], ["Date"], ["date", "date"], ["d\u00e2te"]):
        with pytest.raises(CannotSign):
            signatures.sign(REQUEST, covers, KEY, {})


def test_each_of_several_signatures_is_read():
    second = signatures.sign(REQUEST, ["@target-uri"], KEY, {"keyid": 'a "quoted\\ one', "created": 3}, "two")
    both = {name: f"{SIGNED[name]}, {second[name]}" for name in SIGNED}
    first, other = signatures.signatures(both)
    assert (first.label, other.label, other.text("keyid")) == ("sig-b26", "two", 'a "quoted\\ one')
    assert signatures.holds(REQUEST, other, PUBLIC)


@pytest.mark.parametrize(
    "spelled",
    [
        'sig1=("date"  "@method");created=1',
        'sig1=( "date" );created=1',
        'sig1=("date";sf);created=1',
        'sig1=("@query-param";name="a")',
        "sig1=(date)",
        'sig1="date"',
        'sig1=("date"), ',
        'sig1=("date");created',
        'sig1=("date"',
        "",
    ],
)
def test_what_is_spelled_otherwise_is_no_signature(spelled):
    given = {"signature-input": spelled, "signature": SIGNED["signature"].replace("sig-b26", "sig1")}
    assert signatures.signatures(given) == []


def test_a_signature_without_its_bytes_is_none():
    assert signatures.signatures({"signature-input": SIGNED["signature-input"]}) == []
    assert signatures.signatures({**SIGNED, "signature": "sig-b26=:abc:"}) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_nonsense_is_no_signature(one, other):
    assert signatures.signatures({"signature-input": one, "signature": other}) == []
    assert signatures.promised_sha256(one) is None


def test_the_digest_of_rfc_9530():
    header = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    body = b'{"hello": "world"}'
    assert signatures.digest_of(body) == header
    assert signatures.promised_sha256(header) == hashlib.sha256(body).digest()
    assert signatures.promised_sha256(f"sha-512=:AAAA:, {header}") == hashlib.sha256(body).digest()
    assert signatures.promised_sha256("sha-256=:AAAA:") is None
    assert signatures.promised_sha256("md5=:AAAA:") is None
