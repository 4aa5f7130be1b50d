"""A call goes to a host of the list, to the address that was judged, and nowhere else."""

import datetime
import http.server
import ipaddress
import logging
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from diemcau.guard import outbound
from diemcau.guard.outbound import MOST_READ, MOST_SENT, Host, NotSent, Outbound, may_reach

NAME = "thong-bao.example"


@dataclass
class Elsewhere:
    """A machine that answers https as it is told, and what it heard."""

    port: int = 0
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    endless: bool = False
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def caller(
        self, *, internal: bool = True, address: str = "127.0.0.1", **more: object
    ) -> Outbound:
        return Outbound(
            [Host(NAME, self.port, internal)],
            trust=self.trust,
            addresses=lambda name, port: [address],
            **more,
        )

    def url(self, path: str = "/hook") -> str:
        return f"https://{NAME}:{self.port}{path}"


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    crt, pem = folder / f"{name}.crt", folder / f"{name}.key"
    crt.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return crt, pem


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    machine = Elsewhere()

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            heard = {name.lower(): value for name, value in self.headers.items()}
            machine.heard.append((self.path, heard, sent))
            self.send_response(machine.status)
            for name, value in machine.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(machine.body)
            while machine.endless:
                try:
                    self.wfile.write(b"x" * 1024)
                except OSError:
                    return

        def log_message(self, *said: object) -> None:
            pass

    crt, pem = certificate(tmp_path, NAME)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inside.load_cert_chain(crt, pem)
    server.socket = inside.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    machine.port = server.server_address[1]
    machine.trust = ssl.create_default_context(cafile=str(crt))
    yield machine
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_call_reaches_the_host_by_the_address_that_was_judged(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = elsewhere.caller().post(elsewhere.url("/a?b=1"), b"{}", {"X-Ma": "1"})
    assert (answer.status, answer.body) == (200, b"ok")
    ((path, headers, body),) = elsewhere.heard
    assert (path, body) == ("/a?b=1", b"{}")
    assert headers["host"] == f"{NAME}:{elsewhere.port}"
    assert headers["x-ma"] == "1"
    assert "b=1" not in caplog.text, "a receiver's secret may stand in the address"


def test_the_name_is_resolved_once(elsewhere: Elsewhere) -> None:
    asked: list[str] = []

    def turning(name: str, port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    caller = Outbound(
        [Host(NAME, elsewhere.port, internal=True)], trust=elsewhere.trust, addresses=turning
    )
    assert caller.post(elsewhere.url(), b"").status == 200
    assert asked == [NAME]
    with pytest.raises(NotSent):
        caller.post(elsewhere.url(), b"")


def test_the_certificate_must_be_that_of_the_name(elsewhere: Elsewhere, tmp_path: Path) -> None:
    stranger = Outbound(
        [Host("ten-khac.example", elsewhere.port, internal=True)],
        trust=elsewhere.trust,
        addresses=lambda name, port: ["127.0.0.1"],
    )
    with pytest.raises(NotSent):
        stranger.post(f"https://ten-khac.example:{elsewhere.port}/", b"")
    distrustful = elsewhere.caller()
    distrustful._trust = ssl.create_default_context()
    with pytest.raises(NotSent):
        distrustful.post(elsewhere.url(), b"")
    assert elsewhere.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "http://{name}:{port}/",
        "https://{name}/",
        "https://{name}.ke-xau.example:{port}/",
        "https://ke-xau.example:{port}/",
        "https://{name}:{port}@ke-xau.example/",
        "https://ke-xau.example\\@{name}:{port}/",
        "https://a:b@{name}:{port}/",
        "https://127.0.0.1:{port}/",
        "https://[::1]:{port}/",
        "https://2130706433:{port}/",
        "https://0x7f.1:{port}/",
        "https://{name}:{port}/#x",
        "https://{name}:{port}/\r\nX-A: b",
        "https://{name}:{port}/ a",
        "https://{name}:99999/",
        "https://",
        "file:///etc/passwd",
        "gopher://{name}:{port}/",
        "https://ｔｈｏｎｇ-bao.example:{port}/",
        "",
    ],
)
def test_an_address_that_is_not_on_the_list_is_not_called(elsewhere: Elsewhere, url: str) -> None:
    with pytest.raises(NotSent):
        elsewhere.caller().post(url.format(name=NAME, port=elsewhere.port), b"")
    assert elsewhere.heard == []


NEVER = [
    *("0.0.0.0", "169.254.169.254", "169.254.1.1", "224.0.0.1", "255.255.255.255"),
    *("100.100.100.200", "::", "fe80::1", "ff02::1", "fd00:ec2::254", "::ffff:169.254.169.254"),
    *("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "192.0.0.192"),
]
ONLY_INTERNAL = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "::1", "fd12::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::1"),
]
NOT_OUTSIDE = ["100.64.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1", "fec0::1", "2001:db8::1"]


@pytest.mark.requirement("LD-8.1")
def test_which_addresses_may_be_reached() -> None:
    for given in NEVER:
        for internal in (True, False):
            assert not may_reach(ipaddress.ip_address(given), internal=internal), given
    for given in ONLY_INTERNAL:
        assert not may_reach(ipaddress.ip_address(given), internal=False), given
        assert may_reach(ipaddress.ip_address(given), internal=True), given
    for given in NOT_OUTSIDE:
        assert not may_reach(ipaddress.ip_address(given), internal=False), given
    for given in ("203.162.0.1", "2001:ee0::1", "::ffff:203.162.0.1"):
        assert may_reach(ipaddress.ip_address(given), internal=False), given


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_a_host_outside_that_leads_into_our_network_is_not_called(
    elsewhere: Elsewhere, address: str
) -> None:
    with pytest.raises(NotSent, match="network"):
        elsewhere.caller(internal=False, address=address).post(elsewhere.url(), b"")
    assert elsewhere.heard == []


def test_one_bad_address_among_good_ones_is_enough() -> None:
    caller = Outbound([Host(NAME)], addresses=lambda name, port: ["203.162.0.1", "10.0.0.1"])
    with pytest.raises(NotSent, match="network"):
        caller.post(f"https://{NAME}/", b"")


def test_a_redirect_is_not_followed(elsewhere: Elsewhere) -> None:
    elsewhere.status, elsewhere.headers = 307, {"Location": elsewhere.url("/other")}
    with pytest.raises(NotSent, match="elsewhere"):
        elsewhere.caller().post(elsewhere.url(), b"")
    assert [path for path, _, _ in elsewhere.heard] == ["/hook"]


def test_proxies_and_password_files_of_the_surroundings_count_for_nothing(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login a password b\n")
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(netrc))
    assert elsewhere.caller().post(elsewhere.url(), b"").status == 200
    assert "authorization" not in elsewhere.heard[0][1]


def test_an_answer_without_end_is_cut_off(elsewhere: Elsewhere) -> None:
    elsewhere.endless = True
    with pytest.raises(NotSent, match="too long"):
        elsewhere.caller().post(elsewhere.url(), b"")
    elsewhere.endless = False


def test_an_answer_that_takes_too_long_is_given_up(elsewhere: Elsewhere) -> None:
    moments = iter([0.0] + [outbound.ALTOGETHER + 1] * 100)
    with pytest.raises(NotSent, match="takes too long"):
        elsewhere.caller(clock=lambda: next(moments)).post(elsewhere.url(), b"")


def test_a_packed_answer_is_not_unpacked(elsewhere: Elsewhere) -> None:
    elsewhere.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(NotSent, match="packed"):
        elsewhere.caller().post(elsewhere.url(), b"")
    assert elsewhere.heard[0][1].get("accept-encoding", "") == "identity"
    assert MOST_READ < 1_000_000


@pytest.mark.parametrize(
    "headers",
    [{"X-A": "b\r\nX-C: d"}, {"X-A\n": "b"}, {"Host": "x"}, {"Transfer-Encoding": "chunked"}],
)
def test_a_header_cannot_become_two(elsewhere: Elsewhere, headers: dict[str, str]) -> None:
    with pytest.raises(NotSent, match="header"):
        elsewhere.caller().post(elsewhere.url(), b"", headers)
    with pytest.raises(NotSent, match="too much"):
        elsewhere.caller().post(elsewhere.url(), b"x" * (MOST_SENT + 1))
    assert elsewhere.heard == []


def test_a_machine_that_is_not_there_is_said_without_its_secret_address(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    caller = Outbound([Host(NAME, 9, True)], addresses=lambda name, port: ["127.0.0.1"])
    with pytest.raises(NotSent) as problem:
        caller.post(f"https://{NAME}:9/bi-mat", b"")
    assert NAME in str(problem.value)
    assert "bi-mat" not in str(problem.value) + caplog.text


def test_an_installation_calls_nobody_until_it_is_told_to() -> None:
    assert settings.OUTBOUND_HOSTS == ()
    with pytest.raises(NotSent):
        Outbound(settings.OUTBOUND_HOSTS).post("https://example.com/", b"")
