"""Homes in processes of their own, as they are: cut off, killed, and back."""

import json
from contextlib import suppress

import pytest

from tests.homes_apart import body_of, rule, until, village

JSONAPI = {"Content-Type": "application/vnd.api+json"}


@pytest.mark.slow
def test_two_homes_share_and_part_across_cuts_and_kills(tmp_path):
    with village(tmp_path) as homes:
        alice, bob = homes.home("alice"), homes.home("bob")
        contact = {
            "fullname": "Bob",
            "email": [{"address": "bob@example.net"}],
            "cozy": [{"url": bob.origin}],
        }
        asking = alice.client()
        made = asking(
            "POST", "/data/io.cozy.contacts/", json.dumps(contact), {"Content-Type": "application/json"}
        )
        homes.cut("alice", "bob")
        body = body_of(rule("io.cozy.tests", "t1"), to=[made.json["id"]])
        sharing_id = asking("POST", "/sharings/", json.dumps(body), JSONAPI).data["id"]
        homes.restore("alice", "bob")

        def told():
            return bob.client()("GET", f"/sharings/{sharing_id}").status == 200

        alice.kill()
        alice.start()  # what waits is taken up again
        asking = alice.client()
        members = {
            "data": {
                "relationships": {
                    "recipients": {"data": [{"id": made.json["id"], "type": "io.cozy.contacts"}]}
                }
            }
        }
        asking("POST", f"/sharings/{sharing_id}/recipients", json.dumps(members), JSONAPI)
        until(told)

        def accepted():  # what was on its way before the second invitation may have come first, and opens nothing any more
            with suppress(AssertionError):
                bob.accept(sharing_id)
                return True
            return False

        until(accepted)
        shown = asking("GET", f"/sharings/{sharing_id}").data["attributes"]
        assert [each["status"] for each in shown["members"]] == ["owner", "ready"]

        bob.kill()
        assert asking("DELETE", f"/sharings/{sharing_id}/recipients").status == 204
        bob.start()
        bob_asks = bob.client()
        assert (
            bob_asks("GET", f"/sharings/{sharing_id}").data["attributes"]["members"][1]["status"] == "ready"
        )
