"""A server that answers as the API of Stripe does, and what it tells: forms, keys, numbers, signatures."""

import hashlib
import hmac
import json
from urllib.parse import parse_qs

import httpx2
import pytest
from aiohttp import web
from msgspec.structs import replace

from cozy.app.server import serving

SECRET, NEWER = "whsec_test", "whsec_newer"


MONTH_ENDS = 1_787_000_000  # 2026-08-17: what was paid for a month on 2026-07-18


def _subscription(fields, number):
    stops = fields.get("cancel_at_period_end") == "true"
    items = {"data": [{"current_period_end": MONTH_ENDS}]}
    return {
        "id": "sub_1",
        "object": "subscription",
        "cancel_at_period_end": stops,
        "cancel_at": None,
        "items": items,
    }


class FakeStripe:
    """https://docs.stripe.com/api: what we ask of it, and nothing else."""

    def __init__(self):
        self.url, self.asked, self.once, self.deletes = "", [], {}, 200
        self.held = {}  # what is read, by its path; of a list, by what it is asked for: "refunds?ch_1"

    async def answer(self, request):
        fields = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        assert request.content_type == "application/x-www-form-urlencoded"
        if request.headers.get("authorization") != "Bearer sk_test_1":
            return web.json_response({"error": {"type": "invalid_request_error"}}, status=401)
        if request.method == "GET":
            return self.read(request)
        key = request.headers.get("idempotency-key")
        if key and key in self.once:
            return web.json_response(self.once[key])
        self.asked.append(
            (request.path if request.method == "POST" else f"{request.method} {request.path}", fields)
        )
        if request.method == "DELETE":
            return web.json_response({"id": "cus_1", "deleted": True}, status=self.deletes)
        number = len(self.asked)
        made = {
            "/v1/customers": {"id": "cus_1", "object": "customer"},
            "/v1/checkout/sessions": {"id": f"cs_{number}", "url": f"https://checkout.test/cs_{number}"},
            "/v1/subscriptions/sub_1": _subscription(fields, number),
            "/v1/billing_portal/sessions": {"id": f"bps_{number}", "url": f"https://billing.test/{number}"},
        }[request.path]
        if key:
            self.once[key] = made
        return web.json_response(made)

    def read(self, request):
        path = request.path.removeprefix("/v1/")
        if not request.query:
            return web.json_response(self.held[path])
        assert request.query["limit"] == "100"
        about = [value for name, value in request.query.items() if name not in {"limit", "payment[type]"}]
        return web.json_response({"object": "list", "data": self.held.get(f"{path}?{about[0]}", [])})

    def charge(self, id_, amount, at, **members):
        """Something was paid by card."""
        made = {
            "object": "charge",
            "id": id_,
            "amount": amount,
            "currency": "eur",
            "created": at,
            "customer": "cus_1",
        }
        self.held[f"charges/{id_}"] = {**made, **members}
        return made


@pytest.fixture
async def stripe():
    fake = FakeStripe()
    app = web.Application()
    app.router.add_route("*", "/v1/{path:.*}", fake.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()


@pytest.fixture
def settings(settings, stripe, tmp_path):
    key = tmp_path / "stripe.key"
    key.write_text("sk_test_1\n")
    return replace(
        settings, stripe_key=str(key), stripe_url=stripe.url, stripe_webhook_secret=f"{NEWER}\n{SECRET}",
        outside_allowed="127.0.0.0/8", hoster_name="Maison des Homes",
    )  # fmt: skip


@pytest.fixture
async def tell(house, home, clock):
    """What Stripe says, signed as it does."""
    transport = httpx2.ASGITransport(serving(house))
    async with httpx2.AsyncClient(transport=transport, base_url=home.origin) as client:

        async def tell(kind, thing, id_="evt_1", secret=SECRET, ago_s=0, created=1, at_home=""):
            said = {"id": id_, "type": kind, "created": created, "data": {"object": thing}}
            body = json.dumps(said).encode()
            at = int(clock().timestamp()) - ago_s
            signed = hmac.new(secret.encode(), b"%d.%b" % (at, body), hashlib.sha256).hexdigest()
            headers = {b"stripe-signature": f"t={at},v1={'0' * 63}é,v1={signed}".encode("latin-1")}
            origin = at_home or home.origin
            return (await client.post(f"{origin}/payments/stripe", content=body, headers=headers)).status_code

        yield tell
