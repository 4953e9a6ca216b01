"""Mailbox: what is attached to the mails of an IMAP account (RFC 9051), and the bills among it."""

from __future__ import annotations

import email
import email.policy
import imaplib
import re
import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from .. import gateway
from ..declaring import Choice, Connector, Field, Rule
from ..errors import BadField, LoginFailed, NotFetched, Trouble, VendorDown
from ..home import Home
from . import bills

_LARGEST = 60_000_000  # bytes of a mail that is read
_AT_ONCE = 50  # mails whose headers are asked for together
_SMALL_PICTURE = 12_000  # bytes; smaller ones are signs of a signature
_NO_MATTER = {
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/ms-tnef",
    "application/pgp-encrypted", "text/calendar", "message/delivery-status",
}  # fmt: skip
_SINCE = {"month": 31, "year": 366, "all": 0}
_REFUSED = re.compile(
    r"AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|invalid|credential|authenticat|password|denied|LOGIN",
    re.IGNORECASE,
)
_PASSING = re.compile(r"UNAVAILABLE|INUSE|LIMIT|temporar|try again|too many", re.IGNORECASE)


def run(home: Home, fields: Mapping[str, Any]) -> None:
    """Bring what came since the last run, folder by folder."""
    box = _enter(fields)
    try:
        for name in _folders(fields["folders"]):
            _bring(home, box, name, fields)
            home.note()
    finally:
        _leave(box)


class _Plain(imaplib.IMAP4):
    """IMAP by the way out of the box."""

    def __init__(self, host: str, port: int, *, tls: bool) -> None:
        self._tls = tls
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return gateway.connect(self.host, self.port, tls=self._tls)


class _Starting(_Plain):
    """The same for a connection that becomes secret after its first words (RFC 8314 §3.3 allows it)."""

    def secure(self) -> None:
        """Raises VendorDown where the server does not offer it: a password never goes over an open line."""
        try:
            if "STARTTLS" not in self.capabilities:
                raise VendorDown("NO_TLS")
            self.starttls(gateway.trust())
        except BaseException:
            self.shutdown()
            raise


def _enter(fields: Mapping[str, Any]) -> imaplib.IMAP4:
    """Raises LoginFailed, VendorDown, Refused."""
    host, port, security = fields["server"], fields["port"], fields["security"]
    if not 0 < port < 65536:
        raise BadField("PORT")
    try:
        if security == "starttls":
            box = _Starting(host, port, tls=False)
            box.secure()
        else:
            box = _Plain(host, port, tls=security == "tls")
    except (imaplib.IMAP4.error, OSError) as error:
        raise VendorDown(detail=f"{host}:{port}: {error}") from error
    try:
        _log_in(box, fields["login"], fields["password"])
    except (imaplib.IMAP4.abort, OSError) as error:
        box.shutdown()
        raise VendorDown(detail=str(error)) from error
    except imaplib.IMAP4.error as error:
        _leave(box)
        raise (VendorDown if _PASSING.search(str(error)) else LoginFailed)(detail=_code(error)) from error
    return box


def _log_in(box: imaplib.IMAP4, login: str, password: str) -> None:
    if "AUTH=PLAIN" in box.capabilities:  # takes every character, which LOGIN does not
        box.authenticate("PLAIN", lambda _: f"\0{login}\0{password}".encode())
    elif login.isascii() and password.isascii():
        box.login(login, password)
    else:
        raise LoginFailed("NOT_ASCII")


def _code(error: Exception) -> str:
    """The server's reason, without what else it may have said."""
    found = re.search(r"\[[A-Z-]+\]", str(error))
    return found[0] if found else "refused"


def _leave(box: imaplib.IMAP4) -> None:
    try:
        box.logout()
    except (imaplib.IMAP4.error, OSError):
        box.shutdown()


def _folders(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip())) or ["INBOX"]


def _bring(home: Home, box: imaplib.IMAP4, name: str, fields: Mapping[str, Any]) -> None:
    """What is new in one folder. State: the folder's validity, and the last mail that was looked at (RFC 9051 §2.3.1.1)."""
    validity = _look_at(box, name)
    known = home.state.get(name) or {}
    last = int(known.get("last", 0)) if known.get("validity") == validity else 0
    for uids in _by(_new(box, last, fields["since"]), _AT_ONCE):
        worth = set(_worth_reading(box, uids))
        for uid in uids:
            home.look_at_the_clock()
            if uid in worth:
                _read(home, box, uid, f"{name}/{validity}/{uid}", fields)
            if not home.dry_run:
                home.state[name] = {"validity": validity, "last": uid}


def _look_at(box: imaplib.IMAP4, name: str) -> str:
    """Open a folder, to read only; its UIDVALIDITY."""
    status, _ = _asked(box.select, _quoted(name), True)
    if status != "OK":
        raise BadField("FOLDERS", detail=name)
    _, held = box.response("UIDVALIDITY")
    return (held[0] or b"0").decode() if held else "0"


def _quoted(name: str) -> str:
    """A folder's name as IMAP spells it: modified UTF-7 (RFC 3501 §5.1.3), in quotes."""
    parts = re.split(r"([^\x20-\x7e]+)", name.replace("&", "&-"))
    spelled = [part if i % 2 == 0 else "&" + _utf7(part) + "-" for i, part in enumerate(parts)]
    return '"' + "".join(spelled).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(text: str) -> str:
    import base64

    return base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


def _new(box: imaplib.IMAP4, last: int, since: str) -> list[int]:
    """The mails after the last one, oldest first; the first time those of as many days as the owner wanted."""
    what = [f"UID {last + 1}:*"] if last else []
    if not last and (days := _SINCE[since]):
        what = [f"SINCE {_imap_day(datetime.now(UTC).date() - timedelta(days))}"]
    _, held = _asked(box.uid, "SEARCH", *(what or ["ALL"]))
    return sorted(uid for uid in map(int, (held[0] or b"").split()) if uid > last)


def _imap_day(day: date) -> str:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{day.day}-{months[day.month - 1]}-{day.year}"


def _by(uids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(uids), size):
        yield uids[start : start + size]


def _worth_reading(box: imaplib.IMAP4, uids: list[int]) -> Iterator[int]:
    """Those of several parts that are not too large: a look at their headers tells."""
    wanted = ",".join(map(str, uids))
    _, held = _asked(box.uid, "FETCH", wanted, "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE)])")
    for piece in held:
        if isinstance(piece, tuple):
            said, headers = piece[0].decode("ascii", "replace"), piece[1]
            kind = email.message_from_bytes(headers, policy=email.policy.default).get_content_type()
            uid, size = re.search(r"UID (\d+)", said), re.search(r"RFC822\.SIZE (\d+)", said)
            has_parts = not kind.startswith("text/") and kind != "multipart/alternative"
            if uid and size and has_parts and int(size[1]) <= _LARGEST:
                yield int(uid[1])


def _read(home: Home, box: imaplib.IMAP4, uid: int, place: str, fields: Mapping[str, Any]) -> None:
    _, held = _asked(box.uid, "FETCH", str(uid), "(BODY.PEEK[])")
    raw = next((piece[1] for piece in held if isinstance(piece, tuple)), None)
    if raw is None:
        return  # deleted meanwhile
    message = email.message_from_bytes(raw, policy=email.policy.default)
    about = bills.Mail(
        sender=_sender(message), subject=_header(message, "subject"), text=_text(message), on=_date(message),
    )  # fmt: skip
    id_ = _header(message, "message-id").strip() or place
    for number, part in enumerate(_attached(message)):
        _save(home, part, about, f"{id_}#{number}", fields["what"])


def _save(home: Home, part: EmailMessage, about: bills.Mail, source: str, what: str) -> None:
    content = _bytes(part)
    if not content or home.is_known(source):
        return
    kind, name = part.get_content_type(), _name(part)
    bill = bills.found(name, kind, about)
    if bill is None and what == "bills":
        home.skip(source)
    elif bill is None:
        home.save_file(name, content, source=source, folder=about.sender, date=about.on, mime=kind)
    elif bill.amount is None:
        folder = f"{home.word(bills.FOLDER)}/{about.sender}"
        home.save_file(
            f"{about.on:%Y-%m-%d} {name}", content, source=source, folder=folder, date=about.on, mime=kind
        )
    else:
        home.save_bill(
            f"{about.on:%Y-%m-%d} {name}", content, source=source, vendor=about.sender, date=about.on.date(), amount=bill.amount,
            currency=bill.currency, folder=f"{home.word(bills.FOLDER)}/{about.sender}", mime=kind,
        )  # fmt: skip


def _attached(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that people would call attachments."""
    for part in message.walk():
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            continue
        kind, is_named = part.get_content_type(), bool(part.get_filename())
        disposition = part.get_content_disposition()
        is_in_text = disposition != "attachment" and bool(part.get("content-id"))
        if kind in _NO_MATTER or is_in_text or not (is_named or disposition == "attachment"):
            continue
        if kind.startswith("image/") and disposition != "attachment" and len(_bytes(part)) < _SMALL_PICTURE:
            continue
        yield part


def _bytes(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and isinstance(inner[0], EmailMessage) else b""
    try:
        held = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return held if isinstance(held, bytes) else b""


def _name(part: EmailMessage) -> str:
    name = part.get_filename()
    if name:
        return name
    import mimetypes

    kind = part.get_content_type()
    return "mail.eml" if kind == "message/rfc822" else f"file{mimetypes.guess_extension(kind) or ''}"


def _sender(message: EmailMessage) -> str:
    """Who sent it: the name that they give, else their address."""
    name, address = parseaddr(_header(message, "from"))
    return (name or address or "?").strip()[:80]


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except Exception:  # whatever the library stumbles over: a header that it cannot read says nothing
        return ""


def _date(message: EmailMessage) -> datetime:
    try:
        found = message["date"].datetime if message["date"] else None
    except (AttributeError, ValueError, TypeError, IndexError):
        found = None
    if not isinstance(found, datetime):
        return datetime.now(UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    try:
        held = body.get_content() if body is not None else ""
    except (LookupError, ValueError, KeyError):
        return ""
    return held[:50_000] if isinstance(held, str) else ""


def _asked(ask: Any, *what: Any) -> tuple[str, list[Any]]:
    """What the server answers. Raises VendorDown, NotFetched."""
    try:
        status, held = ask(*what)
    except Trouble:
        raise
    except (imaplib.IMAP4.abort, OSError) as error:
        raise VendorDown(detail=str(error)) from error
    except imaplib.IMAP4.error as error:
        raise NotFetched(detail=str(error)) from error
    return status, held


CONNECTOR = Connector(
    slug="mailbox",
    name={"en": "Mailbox", "fr": "Boîte mail"},
    purpose={
        "en": "Puts what is attached to your mails, and the bills among it, into a folder.",
        "fr": "Range dans un dossier les pièces jointes de vos mails, et les factures qui s’y trouvent.",
    },
    icon="mail",
    folder={"en": "From my mails", "fr": "Depuis mes mails"},
    frequency="daily",
    rules=(
        Rule(
            "io.cozy.bills",
            ("GET", "POST"),
            {"en": "It notes from whom each bill is, and how much.", "fr": "Il note de qui vient chaque facture, et combien."},
        ),
    ),
    notes={
        "en": "Your mails stay where they are, and as unread as they were. Many providers want a password for programs, "
        "which you make in the settings of your mailbox.",
        "fr": "Vos mails restent où ils sont, et aussi non lus qu’avant. Beaucoup de fournisseurs demandent un mot de passe "
        "d’application, à créer dans les réglages de votre boîte mail.",
    },
    fields=(
        Field(
            name="server", label={"en": "Mail server (IMAP)", "fr": "Serveur de mail (IMAP)"},
            hint={"en": "For example imap.example.org", "fr": "Par exemple imap.example.org"},
        ),
        Field(name="login", label={"en": "Login or mail address", "fr": "Identifiant ou adresse mail"}),
        Field(name="password", kind="password", label={"en": "Password", "fr": "Mot de passe"}),
        Field(
            name="what", kind="choice", default="all", label={"en": "What to bring", "fr": "Que faut-il ranger ?"},
            choices=(
                Choice("all", {"en": "Everything that is attached", "fr": "Toutes les pièces jointes"}),
                Choice("bills", {"en": "Only bills", "fr": "Seulement les factures"}),
            ),
        ),
        Field(
            name="since", kind="choice", default="year", label={"en": "How far back, the first time", "fr": "Jusqu’où remonter, la première fois"},
            choices=(
                Choice("month", {"en": "A month", "fr": "Un mois"}),
                Choice("year", {"en": "A year", "fr": "Un an"}),
                Choice("all", {"en": "To the first mail", "fr": "Jusqu’au premier mail"}),
            ),
        ),
        Field(
            name="folders", default="INBOX", advanced=True, label={"en": "Mail folders", "fr": "Dossiers de mail"},
            hint={"en": "Separated by commas; INBOX is what has come in.", "fr": "Séparés par des virgules ; INBOX est la boîte de réception."},
        ),
        Field(name="port", kind="number", default="993", advanced=True, label={"en": "Port", "fr": "Port"}),
        Field(
            name="security", kind="choice", default="tls", advanced=True, label={"en": "Secured by", "fr": "Sécurité"},
            choices=(Choice("tls", "TLS"), Choice("starttls", "STARTTLS")),
        ),
    ),
    run=run,
)  # fmt: skip
