"""Where an installation lives, and what it refuses."""

import shutil
import stat
import threading
from pathlib import Path

import pytest

from diemcau.installation import Installation, InstallationError, Secrets, SignIn, valid_host


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_without_any_variable_everything_is_on_loopback() -> None:
    here = Installation.from_environ({})
    assert here.province == "lam-dong"
    assert here.data_dir.name == "var"
    assert here.origin == "http://localhost:8000"
    assert here.signal_url == "ws://127.0.0.1:7880"
    assert here.engine_url == "http://127.0.0.1:7880"
    assert here.webhook_url == "http://127.0.0.1:7890/webhook"


def test_a_public_host_gives_one_https_origin_but_the_server_interface_stays_on_loopback() -> None:
    here = Installation.from_environ({"PUBLIC_HOST": "hop.lamdong.example"})
    assert here.origin == "https://hop.lamdong.example"
    assert here.signal_url == "wss://hop.lamdong.example"
    assert here.engine_url == "http://127.0.0.1:7880"


def test_another_edge_port_shows_in_the_addresses_and_ipv6_gets_brackets() -> None:
    here = Installation.from_environ({"PUBLIC_HOST": "fd00::5", "EDGE_PORT": "8443"})
    assert here.origin == "https://[fd00::5]:8443"
    assert here.signal_url == "wss://[fd00::5]:8443"


def test_a_child_process_reads_the_same_installation_from_its_environment(tmp_path: Path) -> None:
    here = Installation(
        data_dir=tmp_path,
        province="hue",
        public_host="10.1.2.3",
        port=18000,
        database_url="postgres://db/diemcau",
        tls_cert=tmp_path / "c.pem",
        tls_key=tmp_path / "k.pem",
        audit_anchor_file=tmp_path / "elsewhere" / "anchors.log",
        audit_syslog="tcp://10.1.2.4:601",
    )
    assert Installation.from_environ(here.environ()) == here


def test_a_variable_of_the_parent_does_not_leak_into_another_installation(tmp_path: Path) -> None:
    here = Installation(data_dir=tmp_path)
    child = here.child_environ({"PUBLIC_HOST": "x.example", "PORT": "9", "PATH": "/bin"})
    assert child["PATH"] == "/bin"
    assert Installation.from_environ(child) == here


@pytest.mark.parametrize("host", ["hop", "hop.tinh.gov.vn", "10.0.0.7", "fd00::5", "a-b.example"])
def test_a_name_or_an_address_is_a_public_host(host: str) -> None:
    assert valid_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "https://hop", "hop:443", "hop/x", "a b", "-a", "10.0.0.999", "họp.vn", "a..b", "a\n"],
)
def test_anything_else_is_refused_as_a_public_host(host: str) -> None:
    assert not valid_host(host)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"PUBLIC_HOST": "https://hop.vn"}, "PUBLIC_HOST"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
        ({"ENGINE_PORT": "x"}, "ENGINE_PORT"),
        ({"ENGINE_PORT": "٣"}, "ENGINE_PORT"),
        ({"PORT": "7880"}, "ENGINE_PORT"),
        ({"PROVINCE": "../etc"}, "PROVINCE"),
        ({"TLS_CERT": "/c.pem"}, "TLS_KEY"),
        ({"AUDIT_SYSLOG": "10.1.2.4:514"}, "AUDIT_SYSLOG"),
        ({"AUDIT_SYSLOG": "udp://10.1.2.4"}, "AUDIT_SYSLOG"),
        ({"AUDIT_SYSLOG": "tcp://may:601/x"}, "AUDIT_SYSLOG"),
        ({"AUDIT_SYSLOG": "unix:dev/log"}, "AUDIT_SYSLOG"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_in_one_line(
    environ: dict[str, str], named: str
) -> None:
    with pytest.raises(InstallationError, match=named) as refusal:
        Installation.from_environ(environ)
    assert "\n" not in str(refusal.value)


def test_secrets_are_made_once_readable_by_their_owner_only(tmp_path: Path) -> None:
    made = Installation(data_dir=tmp_path).secrets
    again = Installation(data_dir=tmp_path).secrets
    assert made == again
    assert len(made.engine_secret) >= 32
    assert len(made.django_key) >= 50
    assert mode(tmp_path / "secrets") == 0o700
    files = list((tmp_path / "secrets").iterdir())
    assert sorted(f.name for f in files) == ["django-key", "engine-key", "engine-secret"]
    assert {mode(f) for f in files} == {0o600}


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    one = Installation(data_dir=tmp_path / "a").secrets
    two = Installation(data_dir=tmp_path / "b").secrets
    assert one.engine_secret != two.engine_secret
    assert one.django_key != two.django_key


def test_processes_that_start_together_agree_on_the_secrets(tmp_path: Path) -> None:
    seen: list[Secrets] = []
    start = threading.Barrier(8)

    def read() -> None:
        start.wait()
        seen.append(Installation(data_dir=tmp_path).secrets)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len({s.engine_secret for s in seen}) == 1


def test_a_secret_that_others_can_read_is_refused_with_the_mend(tmp_path: Path) -> None:
    Installation(data_dir=tmp_path).secrets  # noqa: B018
    (tmp_path / "secrets" / "engine-secret").chmod(0o644)
    with pytest.raises(InstallationError, match="chmod 600"):
        Installation(data_dir=tmp_path).secrets  # noqa: B018


def test_secrets_do_not_show_when_printed(tmp_path: Path) -> None:
    made = Installation(data_dir=tmp_path).secrets
    assert made.engine_secret not in repr(made)
    assert made.engine_secret not in f"{made}"


# ---------------------------------------------------------------- services and many machines


ADDRESS = "postgresql://diemcau:m%40t@10.0.0.9:5432/diemcau"


def test_the_address_of_the_database_may_stand_in_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "database-url"
    path.write_text(f"{ADDRESS}\n")
    path.chmod(0o600)
    here = Installation.from_environ(
        {"DIEMCAU_DATA": str(tmp_path), "DATABASE_URL_FILE": str(path)}
    )
    assert here.database_address == ADDRESS
    assert ADDRESS not in str(here.environ())
    assert Installation.from_environ(here.environ()).database_address == ADDRESS


def test_an_address_in_the_environment_does_not_show_when_printed(tmp_path: Path) -> None:
    here = Installation(tmp_path, database_url=ADDRESS)
    assert here.database_address == ADDRESS
    assert "m%40t" not in repr(here)
    assert Installation(tmp_path).database_address is None


@pytest.mark.parametrize("allowed", [0o604, 0o644, 0o660])
def test_a_file_with_the_address_that_others_can_read_is_refused(
    allowed: int, tmp_path: Path
) -> None:
    path = tmp_path / "database-url"
    path.write_text(ADDRESS)
    path.chmod(allowed)
    with pytest.raises(InstallationError, match="chmod") as refusal:
        Installation(tmp_path, database_url_file=path).database_address  # noqa: B018
    assert "m%40t" not in str(refusal.value)


@pytest.mark.parametrize("text", [None, "", "\n"])
def test_a_file_with_no_address_is_named(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "database-url"
    if text is not None:
        path.write_text(text)
        path.chmod(0o600)
    with pytest.raises(InstallationError, match="database-url"):
        Installation(tmp_path, database_url_file=path).database_address  # noqa: B018


def test_given_secrets_are_read_and_never_made(tmp_path: Path) -> None:
    made = Installation(tmp_path / "first").secrets
    given = tmp_path / "credentials"
    shutil.copytree(tmp_path / "first" / "secrets", given)
    here = Installation(tmp_path / "second", given_secrets=given)
    assert here.secrets == made
    assert not (tmp_path / "second" / "secrets").exists()
    (given / "engine-secret").unlink()
    with pytest.raises(InstallationError, match="engine-secret"):
        Installation(tmp_path / "second", given_secrets=given).secrets  # noqa: B018
    assert not (given / "engine-secret").exists()


def test_a_machine_without_pages_needs_no_key_of_theirs(tmp_path: Path) -> None:
    Installation(tmp_path / "first").secrets  # noqa: B018
    given = tmp_path / "credentials"
    shutil.copytree(tmp_path / "first" / "secrets", given)
    (given / "django-key").unlink()
    assert Installation(tmp_path / "second", given_secrets=given).secrets.engine_secret


def test_on_several_machines_each_process_is_found_where_it_listens(tmp_path: Path) -> None:
    here = Installation.from_environ(
        {
            "DIEMCAU_DATA": str(tmp_path),
            "PUBLIC_HOST": "hop.example",
            "WEB_HOST": "10.0.0.11",
            "WORKER_HOST": "10.0.0.12",
            "ENGINE_HOST": "fd00::13",
        }
    )
    assert here.web_url == "http://10.0.0.11:8000"
    assert here.webhook_url == "http://10.0.0.12:7890/webhook"
    assert here.engine_url == "http://[fd00::13]:7880"
    assert here.origin == "https://hop.example"
    assert here.metrics_host == "127.0.0.1"
    assert Installation.from_environ(here.environ()) == here


@pytest.mark.parametrize(
    "environ",
    [
        {"WEB_HOST": "may-web"},
        {"METRICS_HOST": "10.0.0.999"},
        {"LOG_FORMAT": "xml"},
        {"MEDIA_HOST": "https://x"},
        {"DATABASE_URL": "postgresql://x", "DATABASE_URL_FILE": "/x"},
        {"WEB_METRICS_PORT": "8000"},
    ],
)
def test_what_a_service_cannot_use_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(InstallationError, match=next(iter(environ))) as refusal:
        Installation.from_environ(environ)
    assert "\n" not in str(refusal.value)


# ---------------------------------------------------------------- signing in


def test_private_networks_are_trusted_unless_something_else_is_said() -> None:
    assert "10.0.0.0/8" in Installation.from_environ({}).sign_in.trusted_networks
    here = Installation.from_environ({"TRUSTED_NETWORKS": "10.20.0.0/16, fd00::/8"})
    assert here.sign_in.trusted_networks == ("10.20.0.0/16", "fd00::/8")


def test_a_child_process_signs_people_in_by_the_same_rules(tmp_path: Path) -> None:
    here = Installation(
        data_dir=tmp_path,
        sign_in=SignIn(
            trusted_networks=("10.1.0.0/16",),
            oidc_issuer="https://sso.example",
            oidc_client_id="diemcau",
            oidc_client_secret_file=tmp_path / "oidc",
            idle_seconds=600,
        ),
    )
    assert Installation.from_environ(here.environ()) == here
    other = Installation(data_dir=tmp_path)
    assert Installation.from_environ(other.child_environ(here.environ())) == other


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_NETWORKS", "mạng của tỉnh"),
        ("TRUSTED_NETWORKS", "10.0.0.1/8"),
        ("IDLE_SECONDS", "mười"),
        ("LOCK_AFTER", "0"),
        ("OIDC_ISSUER", "https://sso.example"),
    ],
)
def test_a_rule_of_signing_in_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(InstallationError) as refused:
        Installation.from_environ({name: value})
    assert name in str(refused.value)


def test_a_sign_on_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "oidc"
    path.write_text("bí mật\n")
    path.chmod(0o644)
    given = SignIn(oidc_client_secret_file=path)
    with pytest.raises(InstallationError):
        given.oidc_secret()
    path.chmod(0o600)
    assert given.oidc_secret() == "bí mật"
