"""The mailbox connector, against Dovecot."""

import socket
import threading
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from cozy.sdk import BadField, LoginFailed, VendorDown, gateway
from cozy.sdk.home import Enough, Home
from cozy.sdk.keeping import InMemory
from cozy.sdk.loading import shipped
from cozy.sdk.running import play
from cozy.sdk.shipped import bills
from tests.sdk import dovecot

MAILBOX = shipped("mailbox")
PDF, PICTURE = b"%PDF-1.4 bill", b"\xff\xd8\xff" + b"p" * 20_000


@pytest.fixture(scope="module")
def server():
    """Dovecot, with a mailbox of three mails."""
    with dovecot.running() as server:
        for number, raw in enumerate((bill(), photos(), chat())):
            server.deliver(raw, f"{number}.mail")
        yield server


@pytest.fixture
def trusting(server, monkeypatch):
    """Dovecot's certificate is believed."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    gateway.trust.cache_clear()
    yield server
    gateway.trust.cache_clear()


def mail(subject, sender, text, **headers):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, "camille@example.org"
    message["Date"] = "Wed, 04 Mar 2026 10:00:00 +0100"
    message["Message-ID"] = f"<{subject.encode().hex()}@example.org>"
    message.set_content(text)
    return message


def bill():
    message = mail(
        "Votre facture de mars",
        "Électricité du Nord <factures@elec.example>",
        "Bonjour,\nMontant à payer : 1 234,56 €\n",
    )
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="facture_0042.pdf")
    return message.as_bytes()


def photos():
    message = mail("Le week-end", "Théo <theo@example.org>", "Voilà !")
    message.add_alternative("<p>Voilà <img src=cid:logo></p>", subtype="html")
    list(message.iter_parts())[-1].add_related(b"\x89PNG tiny", maintype="image", subtype="png", cid="<logo>")
    message.add_attachment(PICTURE, maintype="image", subtype="jpeg", filename="plage été.jpg")
    message.add_attachment(b"sig", maintype="application", subtype="pgp-signature", filename="signature.asc")
    return message.as_bytes()


def chat():
    return mail("Salut", "theo@example.org", "Tu viens samedi ?").as_bytes()


def typed(server, **more):
    return InMemory(
        {
            "server": "127.0.0.1", "port": str(server.port), "login": dovecot.LOGIN, "password": dovecot.PASSWORD, "since": "all", **more,
        }
    )  # fmt: skip


def test_attachments_and_bills_come_once_and_the_mails_stay_unread(trusting):
    keeper = typed(trusting)
    home = play(MAILBOX, keeper, locale="fr")
    assert keeper.files == {
        "Factures/Électricité du Nord/2026-03-04 facture_0042.pdf": PDF,
        "Théo/plage été.jpg": PICTURE,
    }
    (found,) = keeper.kept_bills
    assert (found["vendor"], found["amount"], found["currency"]) == ("Électricité du Nord", 1234.56, "EUR")
    assert home.state["INBOX"]["last"] == 3
    assert set(trusting.flags()) <= {""}

    trusting.deliver(photos().replace(b"Le week-end", b"Un autre").replace(b"plage", b"foret"), "3.mail")
    assert play(MAILBOX, keeper).tally.files == 0, "the same picture is there already"
    assert play(MAILBOX, keeper).state["INBOX"]["last"] == 4


def test_only_bills_when_only_bills_are_wanted(trusting):
    keeper = typed(trusting, what="bills")
    play(MAILBOX, keeper)
    assert list(keeper.files) == ["Bills/Électricité du Nord/2026-03-04 facture_0042.pdf"]


def test_a_dry_run_tells_what_would_come(trusting):
    keeper = typed(trusting)
    assert play(MAILBOX, keeper, dry_run=True).tally.files == 2 + len(
        list(trusting.folder.glob("mail/*/3.mail*"))
    )
    assert keeper.files == {}
    assert not keeper.account()["data"].get("state")


def test_a_run_ends_in_time_though_no_mail_brings_anything_new(trusting):
    keeper = typed(trusting)
    play(MAILBOX, keeper)
    keeper.remember({"state": {}})
    home = Home(keeper, "", until=time.monotonic() + 5)
    with pytest.raises(Enough), home.keeping():
        MAILBOX.run(home, MAILBOX.read(keeper.account()["auth"]))


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"password": "wrong"}, LoginFailed, "LOGIN_FAILED"),
        ({"port": "1"}, VendorDown, "VENDOR_DOWN"),
        ({"port": "0"}, BadField, "BAD_FIELD.PORT"),
        ({"folders": "INBOX, Nowhere"}, BadField, "BAD_FIELD.FOLDERS"),
        ({"security": "starttls"}, VendorDown, "VENDOR_DOWN"),
    ],
)
def test_what_goes_wrong_has_a_code_that_says_what_to_do(trusting, change, error, code, monkeypatch):
    if "security" in change:  # what speaks TLS alone says nothing to who waits for its first words
        monkeypatch.setattr(gateway, "TIMEOUT_S", 1.0)
    with pytest.raises(error) as failed:
        play(MAILBOX, typed(trusting, **change))
    assert failed.value.said == code
    assert "wrong" not in str(failed.value)


def test_a_server_that_nobody_vouches_for_gets_no_password(server):
    gateway.trust.cache_clear()
    with pytest.raises(VendorDown, match="CERTIFICATE_VERIFY_FAILED"):
        play(MAILBOX, typed(server))


def test_a_server_that_speaks_in_the_open_alone_is_left_before_it_hears_anything():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        heard: list[bytes] = []

        def serve() -> None:
            visitor, _ = listening.accept()
            with visitor, visitor.makefile("rb") as lines:
                visitor.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n")
                for line in lines:
                    heard.append(line)
                    visitor.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n%s OK done\r\n" % line.split()[0])

        server = threading.Thread(target=serve)
        server.start()
        fields = {
            "server": "127.0.0.1",
            "port": str(listening.getsockname()[1]),
            "login": "camille",
            "password": "sesame",
        }
        with pytest.raises(VendorDown) as failed:
            play(MAILBOX, InMemory({**fields, "security": "starttls"}))
        server.join(10)
        assert not server.is_alive(), "the line is still open"
    assert "NO_TLS" in str(failed.value)
    assert [line.split()[1] for line in heard] == [b"CAPABILITY"]


SENT = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "subject", "text", "amount"),
    [
        ("invoice-7.pdf", "March", "Total: $12.30", 12.30),
        ("a.pdf", "Votre facture", "<td>Total&nbsp;TTC</td><td><b>1.234,00 &euro;</b></td>", 1234.0),
        ("facture.pdf", "", "Montant 10,00 €, montant 12,00 €", None),
        ("facture.pdf", "", "Aucun montant", None),
        ("plan.pdf", "Notre maison", "Total : 10,00 €", "none"),
        ("facture.jpg", "facture", "Total : 10,00 €", "none"),
    ],
)
def test_an_amount_is_noted_where_the_mail_leaves_no_doubt(name, subject, text, amount):
    kind = "image/jpeg" if name.endswith("jpg") else "application/pdf"
    found = bills.found(name, kind, bills.Mail(sender="a", subject=subject, text=text, on=SENT))
    assert (found.amount if found else "none") == amount
