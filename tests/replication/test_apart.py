"""Homes in processes of their own: cut off and killed while a folder is copied, and back."""

import json

import pytest

from tests.homes_apart import body_of, rule, until, village

JSONAPI = {"Content-Type": "application/vnd.api+json"}
JSON = {"Content-Type": "application/json"}


@pytest.mark.slow
def test_a_copy_is_whole_after_kills_and_cuts(tmp_path):
    with village(tmp_path) as homes:
        alice, bob = homes.home("alice"), homes.home("bob")
        asking = alice.client()
        folder = asking.mkdir("Trip").data["id"]
        wanted = {f"{at}.txt": f"text {at}".encode() * 30_000 for at in range(12)}
        for name, data in wanted.items():
            assert asking.upload(name, data, folder).status == 201
        contact = {
            "fullname": "Bob",
            "email": [{"address": "bob@example.net"}],
            "cozy": [{"url": bob.origin}],
        }
        made = asking("POST", "/data/io.cozy.contacts/", json.dumps(contact), JSON)
        body = body_of(rule("io.cozy.files", folder), to=[made.json["id"]])
        sharing = asking("POST", "/sharings/", json.dumps(body), JSONAPI).data["id"]
        looking = bob.client()
        until(lambda: looking("GET", f"/sharings/{sharing}").status == 200)
        bob.accept(sharing)
        shared = looking("GET", f"/sharings/{sharing}").data["attributes"]["rules"][0]["values"][0]

        until(lambda: looking.show(shared).status == 200)
        bob.kill()
        bob.start()
        alice.kill()
        alice.start()
        homes.cut("alice", "bob")
        asking, looking = alice.client(), bob.client()
        asking.upload("late.txt", b"late", folder)
        homes.restore("alice", "bob")
        looking.upload("bobs.txt", b"Bob's", shared)  # whoever is heard of again is told at once
        wanted |= {"late.txt": b"late", "bobs.txt": b"Bob's"}

        until(lambda: set(looking.children(shared)) == set(asking.children(folder)) == set(wanted))
        for name, resource in looking.children(shared).items():
            assert looking.download(resource["id"]).body == wanted[name]
