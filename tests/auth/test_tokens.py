"""Tokens live as long as the grant behind them, and an app's in its session only."""

import pytest

from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import BadToken, ExpiredToken
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.service import tokens
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule

NOTES = {"notes": Rule("io.cozy.notes", ("GET", "POST"))}


def handed(work, id_, code_for, slug):
    taken = auth.sessions.take_over(work, auth.sessions.hand_over(work, id_, code_for), slug)
    assert taken is not None
    return taken


def opened(work, cookie, slug=""):
    session, _ = auth.sessions.found(work, cookie, slug)
    return session.id if session else ""


@pytest.fixture
def session(work):
    cookie = auth.sessions.open_(work, Visitor(address="192.0.2.1")).session
    return cookie, cookie.partition(".")[0]


def test_an_app_holds_what_it_was_granted(work, session):
    cookie, id_ = session
    given = permissions.grant(work, "app", "notes", NOTES)
    caller = auth.caller_of(work, tokens.for_app(work, "notes", id_), cookie)
    assert (caller.kind, caller.name, caller.permission) == ("app", "notes", given.id)
    assert permissions.may(caller, "POST", "io.cozy.notes")
    assert not permissions.may(caller, "DELETE", "io.cozy.notes")


def test_a_token_dies_with_its_grant(work, session):
    cookie, id_ = session
    given = permissions.grant(work, "app", "notes", NOTES)
    token = tokens.for_app(work, "notes", id_)
    permissions.withdraw(work, given)
    with pytest.raises(BadToken):
        auth.caller_of(work, token, cookie)


def test_a_grant_ends_when_it_was_said_to(work, session):
    cookie, id_ = session
    permissions.grant(work, "app", "notes", NOTES, expires_at="2026-07-18T14:00:00Z")
    with pytest.raises(ExpiredToken):
        auth.caller_of(work, tokens.for_app(work, "notes", id_), cookie)


def test_an_apps_token_is_nothing_without_the_cookie_of_its_session(work, session):
    _, id_ = session
    permissions.grant(work, "app", "notes", NOTES)
    other = auth.sessions.open_(work, Visitor(address="192.0.2.2")).session
    for cookie in ("", other):
        with pytest.raises(BadToken):
            auth.caller_of(work, tokens.for_app(work, "notes", id_), cookie)


def test_a_session_is_handed_to_an_app_once(work, session):
    _, id_ = session
    code = auth.sessions.hand_over(work, id_, "notes")
    taken = auth.sessions.take_over(work, code, "notes")
    assert taken is not None
    assert opened(work, taken[1], "notes") == id_
    assert auth.sessions.take_over(work, code, "notes") is None


def test_a_session_handed_to_one_app_opens_neither_another_nor_the_home(work, session):
    _, id_ = session
    _, cookie = handed(work, id_, "notes", "notes")
    assert opened(work, cookie, "drive") == ""
    assert opened(work, cookie) == ""
    assert auth.sessions.take_over(work, auth.sessions.hand_over(work, id_, "notes"), "drive") is None
