"""TLS certificates for the OpenSearch node of `docker compose`, from a certificate authority of its own.

The authority's private key is never written: it signs the node's and the administrator's certificates and is gone.
What would end within `RENEW_BEFORE` is made anew, all together.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_NAME = "Clippings certificate authority"
NODE_NAME = "opensearch"
"""The node's common name and its host name among the containers; `opensearch.yml` names it as a node."""
ADMINISTRATOR_NAME = "clippings-admin"
"""The common name that `opensearch.yml` lets change the security settings."""

HOSTS = (NODE_NAME, "localhost", "127.0.0.1")
"""What clients may call the node by."""

KEY_BITS = 2048
"""RSA, which every version of OpenSearch reads; enough by NIST SP 800-57 for what ends in two years."""

VALID = timedelta(days=730)
RENEW_BEFORE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where the certificates lie: the authority's apart from the node's folder, so that clients get that alone."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate, for clients."""
        return self.folder / "ca" / "ca.pem"

    @property
    def node_authority(self) -> Path:
        """The same in the node's own folder, since the node reads only below its configuration."""
        return self.folder / "node" / "ca.pem"

    @property
    def node(self) -> Path:
        """The node's certificate."""
        return self.folder / "node" / "node.pem"

    @property
    def node_key(self) -> Path:
        """The node's private key."""
        return self.folder / "node" / "node-key.pem"

    @property
    def administrator(self) -> Path:
        """The certificate that `securityadmin.sh` changes the security settings with."""
        return self.folder / "node" / "admin.pem"

    @property
    def administrator_key(self) -> Path:
        """Its private key."""
        return self.folder / "node" / "admin-key.pem"


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(common_name: str, key: RSAPrivateKey, now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(_name(AUTHORITY_NAME))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # An hour back, for clocks that are a little behind.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=not signs_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(key: RSAPrivateKey, now: datetime) -> x509.Certificate:
    builder = _builder(AUTHORITY_NAME, key, now)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(_usage(signs_certificates=True), critical=True).sign(key, hashes.SHA256())


def _signed(
    common_name: str, key: RSAPrivateKey, authority_key: RSAPrivateKey, now: datetime, hosts: Sequence[str]
) -> x509.Certificate:
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH] + ([ExtendedKeyUsageOID.SERVER_AUTH] if hosts else [])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = (
        _builder(common_name, key, now)
        .add_extension(issuer, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    )
    if hosts:
        names = x509.SubjectAlternativeName([_alternative_name(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(authority_key, hashes.SHA256())


def _write(file: Path, content: bytes, mode: int) -> None:
    written = file.with_name(f".{file.name}.new")
    written.unlink(missing_ok=True)
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as opened:
        os.fchmod(handle, mode)
        opened.write(content)
    written.replace(file)


def _pem_key(key: RSAPrivateKey) -> bytes:
    """PKCS #8, the only form of a key that OpenSearch reads."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pair_holds(certificate_file: Path, key_file: Path, authority: x509.Certificate, until: datetime) -> bool:
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    key = load_pem_private_key(key_file.read_bytes(), password=None)
    plain = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate.verify_directly_issued_by(authority)
    return (
        key.public_key().public_bytes(*plain) == certificate.public_key().public_bytes(*plain)
        and certificate.not_valid_after_utc > until
    )


def certificates_hold(files: CertificateFiles, now: datetime) -> bool:
    """Whether the certificates are all there, belong together, and last for `RENEW_BEFORE` and longer."""
    until = now + RENEW_BEFORE
    try:
        authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
        return (
            files.node_authority.read_bytes() == files.authority.read_bytes()
            and authority.not_valid_after_utc > until
            and _pair_holds(files.node, files.node_key, authority, until)
            and _pair_holds(files.administrator, files.administrator_key, authority, until)
        )
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
        return False


def ensure_certificates(folder: Path, now: datetime) -> bool:
    """Make the certificates below `folder` (`ca/` and `node/`), or leave those that are good for two months more.

    Returns whether they were made: the node and all its clients must then be started again. Private keys are readable
    by their owner and group. `now` has a time zone.
    """
    files = CertificateFiles(folder)
    if certificates_hold(files, now):
        return False
    for place in (files.authority.parent, files.node.parent):
        place.mkdir(parents=True, exist_ok=True)
    authority_key, node_key, administrator_key = (generate_private_key(65537, KEY_BITS) for _ in range(3))
    authority = _authority(authority_key, now).public_bytes(Encoding.PEM)
    node = _signed(NODE_NAME, node_key, authority_key, now, HOSTS).public_bytes(Encoding.PEM)
    administrator = _signed(ADMINISTRATOR_NAME, administrator_key, authority_key, now, ()).public_bytes(Encoding.PEM)
    for file, content in (
        (files.node_key, _pem_key(node_key)),
        (files.administrator_key, _pem_key(administrator_key)),
    ):
        _write(file, content, 0o640)
    for file, content in (
        (files.node, node),
        (files.administrator, administrator),
        (files.node_authority, authority),
        (files.authority, authority),
    ):
        _write(file, content, 0o644)
    return True
