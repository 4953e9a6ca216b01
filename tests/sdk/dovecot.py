"""A real IMAP server: Dovecot on a free port of this machine, with TLS and one mailbox, in a folder that is gone at the end."""

import datetime as dt
import ipaddress
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PROGRAM = shutil.which("dovecot") or next((p for p in ("/usr/sbin/dovecot",) if os.path.exists(p)), "")
STARTS_WITHIN_S = 30
LOGIN, PASSWORD = "camille@example.org", "sésame, ouvre-toi"


@dataclass
class Dovecot:
    """It runs; mails are files in `mails/new`."""

    folder: Path
    port: int
    process: subprocess.Popen

    @property
    def certificate(self):
        """Whom to trust."""
        return self.folder / "cert.pem"

    def deliver(self, raw, name):
        """A mail comes in."""
        held = self.folder / "mail" / "new" / name
        held.parent.mkdir(parents=True, exist_ok=True)
        held.write_bytes(raw)
        os.chmod(held, 0o666)
        _own(self.folder / "mail")

    def flags(self):
        """What clients said of the mails."""
        return [each.name.partition(":2,")[2] for each in (self.folder / "mail").glob("cur/*")]

    def stop(self):
        """The end."""
        self.process.terminate()
        self.process.wait(30)


@contextmanager
def running() -> Iterator[Dovecot]:
    """Dovecot, listening while the block runs."""
    if not PROGRAM:
        pytest.skip("no Dovecot here: apt install dovecot-imapd")
    with tempfile.TemporaryDirectory() as folder:
        server = _started(Path(folder))
        try:
            yield server
        finally:
            server.stop()


def _started(folder: Path) -> Dovecot:
    _certify(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "users").write_text(f"{LOGIN}:{{PLAIN}}{PASSWORD}\n")
    (folder / "mail").mkdir()
    config = folder / "dovecot.conf"
    config.write_text(_config(folder, port))
    for each in (folder, folder / "users", folder / "mail"):
        each.chmod(0o755 if each.is_dir() else 0o644)
    _own(folder / "mail")
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, "-F", "-c", str(config)], stdout=log, stderr=log)
    _wait(process, port, folder)
    return Dovecot(folder, port, process)


def _user():
    """Who reads the mails: root may not."""
    return "dovecot" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


def _own(folder):
    if os.getuid() == 0:
        for each in (folder, *folder.rglob("*")):
            shutil.chown(each, "dovecot", "dovecot")


def _config(folder, port):
    user = _user()
    known = pwd.getpwnam(user)
    plain = "" if os.getuid() == 0 else f"default_login_user = {user}\ndefault_internal_user = {user}\n"
    return f"""
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
{plain}
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail
first_valid_uid = 1
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={known.pw_uid} gid={known.pw_gid} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""


def _certify(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _wait(process, port, folder):
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    log = folder / "dovecot.log"
    raise AssertionError(
        f"Dovecot did not start: {log.read_text() if log.exists() else (folder / 'out.log').read_text()}"
    )
