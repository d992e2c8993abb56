"""How Elasticsearch is reached: who we are, and whose certificates are believed."""

import ipaddress
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from search import elastic_generations
from search.engine import EngineDown

asked_as: list[str | None] = []


class Gate(BaseHTTPRequestHandler):
    """Answers as the server does that has no index, and notes who asked."""

    def do_GET(self) -> None:
        asked_as.append(self.headers["Authorization"])
        self.send_response(404)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"error": "alias missing", "status": 404}')

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that only its own file vouches for, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "here.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(pem))
    return file


@pytest.fixture
def gate(certificate: Path, settings: Any) -> Iterator[None]:
    asked_as.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.ELASTICSEARCH_URL = f"https://127.0.0.1:{server.server_address[1]}"
    settings.HOTLINE_ELASTICSEARCH_CA_FILE = str(certificate)
    yield
    elastic_generations.stop_writing()
    server.shutdown()
    thread.join()
    server.server_close()


def test_by_user_and_password(gate: None, settings: Any) -> None:
    settings.HOTLINE_ELASTICSEARCH_USER = "hotline"
    settings.HOTLINE_ELASTICSEARCH_PASSWORD = "correct-horse"
    assert elastic_generations.current() is None
    assert asked_as == ["Basic aG90bGluZTpjb3JyZWN0LWhvcnNl"]


def test_by_key(gate: None, settings: Any) -> None:
    settings.HOTLINE_ELASTICSEARCH_API_KEY = "a-key"
    assert elastic_generations.current() is None
    assert asked_as == ["ApiKey a-key"]


def test_an_unknown_authority_gets_nothing(gate: None, settings: Any) -> None:
    settings.HOTLINE_ELASTICSEARCH_API_KEY = "a-key"
    settings.HOTLINE_ELASTICSEARCH_CA_FILE = ""
    with pytest.raises(EngineDown, match="does not answer: TlsError"):
        elastic_generations.current()
    assert asked_as == []
