"""Certificates for servers of the tests, and the authority that signs them."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority(NamedTuple):
    """Signs certificates."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@cache
def authority(name: str = "Tests") -> Authority:
    """An authority of that name; nobody trusts another one of the same name."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), _name(name)
    certificate = _builder(subject, subject, key, DAY).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), True
    )
    return Authority(subject, key, certificate.sign(key, hashes.SHA256()))


def trust() -> ssl.SSLContext:
    """A client's context that believes the tests' authority alone."""
    root = authority().certificate.public_bytes(Encoding.PEM).decode()
    return ssl.create_default_context(cadata=root)


def server_context(host: str, signer: Authority, lasts: timedelta = DAY) -> ssl.SSLContext:
    """A server's context with a certificate for a host; `lasts` may be negative: it has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    built = _builder(_name(host), signer.name, key, lasts).add_extension(names, critical=False)
    return _serving(key, built.sign(signer.key, hashes.SHA256()))


def self_signed(host: str) -> ssl.SSLContext:
    """A server's context with a certificate that nobody vouches for."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _name(host)
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    built = _builder(name, name, key, DAY).add_extension(names, critical=False)
    return _serving(key, built.sign(key, hashes.SHA256()))


def _serving(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        pem = Path(folder) / "server.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        context.load_cert_chain(pem)
    return context


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * DAY)
        .not_valid_after(now + lasts)
    )
