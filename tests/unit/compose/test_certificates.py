"""The certificates: made once, renewed in time, and good for a real TLS connection that the library verifies."""

import json
import shutil
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from clippings.cli.__main__ import main
from clippings.compose.certificates import (
    ADMINISTRATOR_NAME,
    HOSTS,
    NODE_NAME,
    RENEW_BEFORE,
    VALID,
    CertificateFiles,
    certificates_hold,
    ensure_certificates,
)
from clippings.errors import ServiceError
from clippings.search.client import Patience, connect
from clippings.settings import OpenSearchSettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Certificates made at `NOW`; no test changes them."""
    folder = tmp_path_factory.mktemp("certificates")
    assert ensure_certificates(folder, NOW)
    return CertificateFiles(folder)


@pytest.fixture(scope="module")
def current(tmp_path_factory):
    """Certificates made by the command, valid now."""
    folder = tmp_path_factory.mktemp("current")
    assert main(["secrets", "certificates", str(folder)]) == 0
    return CertificateFiles(folder)


@pytest.fixture
def copied(made, tmp_path):
    """A copy of the certificates that a test may change."""
    shutil.copytree(made.folder, tmp_path / "copy")
    return CertificateFiles(tmp_path / "copy")


def contents(files):
    """All certificates and keys of a set, by file."""
    return {each: each.read_bytes() for each in sorted(files.folder.rglob("*.pem"))}


def test_good_certificates_stay(made):
    """Asked again on a later day, nothing is made: running containers keep what they have."""
    before = contents(made)
    assert not ensure_certificates(made.folder, NOW + timedelta(days=400))
    assert contents(made) == before


def test_they_are_renewed_before_they_end(copied):
    """Two months before their end all are made anew, with another authority."""
    before = contents(copied)
    assert not ensure_certificates(copied.folder, NOW + VALID - RENEW_BEFORE - timedelta(hours=1))
    assert ensure_certificates(copied.folder, NOW + VALID - RENEW_BEFORE + timedelta(hours=1))
    after = contents(copied)
    assert set(after) == set(before)
    assert all(after[file] != before[file] for file in before)


PARTS = ("authority", "node_authority", "node", "node_key", "administrator", "administrator_key")


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_or_broken_file_is_noticed(copied, part):
    """Without one of the files, or with one cut short, the rest is of no use."""
    assert certificates_hold(copied, NOW)
    file = getattr(copied, part)
    file.write_bytes(file.read_bytes()[:300])
    assert not certificates_hold(copied, NOW)
    file.unlink()
    assert not certificates_hold(copied, NOW)


@pytest.mark.parametrize("part", PARTS)
def test_files_of_two_sets_are_not_taken_for_one(copied, current, part):
    """A run that was stopped between two files leaves a mixture; it is noticed."""
    shutil.copy(getattr(current, part), getattr(copied, part))
    assert not certificates_hold(copied, NOW)


def test_a_broken_set_is_made_anew(copied):
    """What does not hold is replaced as a whole, and holds from then on."""
    before = contents(copied)
    copied.node_key.unlink()
    assert ensure_certificates(copied.folder, NOW)
    assert certificates_hold(copied, NOW)
    assert all(contents(copied)[file] != content for file, content in before.items())


def test_the_authority_key_is_kept_nowhere(made):
    """There are two private keys, of the node and of the administrator, and they are not for everybody to read."""
    keys = [file for file, content in contents(made).items() if b"PRIVATE KEY" in content]
    assert keys == [made.administrator_key, made.node_key]
    for key in keys:
        assert stat.S_IMODE(key.stat().st_mode) == 0o640
        assert b"BEGIN PRIVATE KEY" in key.read_bytes(), "OpenSearch reads PKCS #8 only"
    assert list(made.authority.parent.iterdir()) == [made.authority]


def test_names_are_those_that_the_node_is_set_to_know(made):
    """The common names are what opensearch.yml names, and the node's certificate is good for each of its hosts."""
    node = x509.load_pem_x509_certificate(made.node.read_bytes())
    administrator = x509.load_pem_x509_certificate(made.administrator.read_bytes())
    assert node.subject.rfc4514_string() == f"CN={NODE_NAME}"
    assert administrator.subject.rfc4514_string() == f"CN={ADMINISTRATOR_NAME}"
    names = node.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == list(HOSTS)
    assert node.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value.startswith("Clippings")


@pytest.fixture(scope="module")
def https_server(current):
    """A TLS server with the node's certificate that asks for a client's; yields its port and who called."""
    callers = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            certificate = self.connection.getpeercert()
            callers.append(dict(pair[0] for pair in certificate["subject"]) if certificate else None)
            answer = json.dumps({"version": {"number": "3.8.0", "distribution": "opensearch"}}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *parts):
            """Say nothing on standard error."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(current.node, current.node_key)
    context.load_verify_locations(current.node_authority)
    context.verify_mode = ssl.CERT_OPTIONAL
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port, callers
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_library_verifies_the_node_by_the_authority(current, https_server, host):
    """The search client, given the CA file, connects by each of the node's names that leads here."""
    port, _ = https_server
    settings = OpenSearchSettings(host, port, ca_certs=str(current.authority))
    with connect(settings) as client:
        assert client.info()["version"]["number"] == "3.8.0"


def test_the_certificate_is_good_for_its_names_only(current, https_server):
    """The same server called by a name that is not in its certificate is refused."""
    port, _ = https_server
    settings = OpenSearchSettings("127.1", port, ca_certs=str(current.authority))
    with connect(settings, Patience(total=1.0)) as client, pytest.raises(ServiceError, match="cannot be verified"):
        client.info()


def test_without_the_authority_the_node_is_not_believed(https_server):
    """The same server is refused by a client that does not know its CA, in a sentence that names ca_certs."""
    port, _ = https_server
    with (
        connect(OpenSearchSettings("localhost", port), Patience(total=1.0)) as client,
        pytest.raises(ServiceError, match="ca_certs"),
    ):
        client.info()


def test_another_authority_is_not_believed(made, https_server):
    """A CA file of another set does not open the door."""
    port, _ = https_server
    settings = OpenSearchSettings("localhost", port, ca_certs=str(made.authority))
    with connect(settings, Patience(total=1.0)) as client, pytest.raises(ServiceError, match="ca_certs"):
        client.info()


def test_the_strictest_checks_hold(current, https_server):
    """Certificates pass the checks by RFC 5280 that newer Pythons make by default, and the administrator is known."""
    import http.client

    port, callers = https_server
    context = ssl.create_default_context(cafile=current.authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_cert_chain(current.administrator, current.administrator_key)
    connection = http.client.HTTPSConnection("localhost", port, context=context)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()
    assert callers[-1] == {"commonName": ADMINISTRATOR_NAME}
