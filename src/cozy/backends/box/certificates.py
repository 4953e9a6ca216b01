"""A certificate for one box: the home is this very server there, and speaks TLS as it does outside."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LASTS = timedelta(days=1)  # longer than any run


def server_context(domain: str, folder: Path, trusted: Path) -> ssl.SSLContext:
    """What speaks TLS for a domain with a new key. trusted: where the certificate is put that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    kept = folder / "key.pem"
    trusted.write_bytes(_certificate(domain, key).public_bytes(serialization.Encoding.PEM))
    kept.touch(0o600)
    try:
        kept.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(trusted, kept)
    finally:
        kept.unlink()
    return context


def among_others(trusted: Path) -> Path:
    """A file that holds a certificate and those that OpenSSL believes in on this machine, for programs that know one file."""
    known = ssl.get_default_verify_paths().cafile
    both = trusted.with_name("trusted.pem")
    both.write_bytes(trusted.read_bytes() + (Path(known).read_bytes() if known else b""))
    return both


def _certificate(domain: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """One that vouches for itself, as strictly as RFC 5280 has it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cozy, from inside")])
    public, now = key.public_key(), datetime.now(UTC)
    uses = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(uses, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
