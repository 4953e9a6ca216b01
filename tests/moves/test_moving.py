"""A home moves from one host to another by two commands."""

import os


def test_a_home_lives_at_another_host_with_all_that_it_holds(hosts):
    old, new = hosts
    token = old.home()
    client = old.client(token)
    large = os.urandom(300_000)
    assert client.upload("small.txt", b"hello").status == 201
    assert client.upload("large.bin", large).status == 201
    invited = new("expect", new.domain)
    assert invited.code == 0, invited.err
    moved = old("move", old.domain, invited.out.strip())
    assert moved.code == 0, moved.err
    assert f"{old.domain} lives at {new.origin}" in moved.out
    there = new.client(token)
    found = there.children()
    assert there.download(found["small.txt"]["id"]).body == b"hello"
    assert there.download(found["large.bin"]["id"]).body == large
    assert there.upload("more.txt", b"more").status == 201
    asked = client("GET", "/files/metadata", Path="/")
    assert (asked.status, asked.headers["location"]) == (308, f"{new.origin}/files/metadata?Path=%2F")
    assert client.upload("late.txt", b"late").status == 308
