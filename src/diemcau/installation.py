"""Where one installation lives: folders, ports, addresses and secrets. Knows no Django.

Every process of an installation reads the same environment variables through
`Installation.from_environ`; nothing else in the code reads them.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import secrets as random_source
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds `src/`, `client/` and `engine/`."""

LOOPBACK = "127.0.0.1"
PORTS = {
    "port": "PORT",
    "engine_port": "ENGINE_PORT",
    "engine_tcp_port": "ENGINE_TCP_PORT",
    "engine_udp_port": "ENGINE_UDP_PORT",
    "worker_port": "WORKER_PORT",
    "edge_port": "EDGE_PORT",
    "supervisor_metrics_port": "SUPERVISOR_METRICS_PORT",
    "web_metrics_port": "WEB_METRICS_PORT",
    "worker_metrics_port": "WORKER_METRICS_PORT",
    "engine_metrics_port": "ENGINE_METRICS_PORT",
}
"""Field of `Installation` → environment variable."""

HOSTS = {
    "web_host": "WEB_HOST",
    "worker_host": "WORKER_HOST",
    "engine_host": "ENGINE_HOST",
    "edge_host": "EDGE_HOST",
    "metrics_host": "METRICS_HOST",
}
"""Field of `Installation` → environment variable: where each process is on the inner network."""

PATHS = {
    "database_url_file": "DATABASE_URL_FILE",
    "given_secrets": "SECRETS_DIR",
    "backup_dir": "BACKUP_DIR",
    "audit_anchor_file": "AUDIT_ANCHOR_FILE",
    "tls_cert": "TLS_CERT",
    "tls_key": "TLS_KEY",
}
"""Field of `Installation` → environment variable: files and folders that somebody else provides."""

WORDS = {
    "public_host": "PUBLIC_HOST",
    "media_host": "MEDIA_HOST",
    "database_url": "DATABASE_URL",
    "log_format": "LOG_FORMAT",
    "audit_syslog": "AUDIT_SYSLOG",
}
"""Field of `Installation` → environment variable: plain words, unset by default."""

LOG_FORMATS = ("json", "plain")

_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)\Z")
_SLUG = re.compile(r"[a-z]+(-[a-z]+)*\Z")


class InstallationError(Exception):
    """The installation cannot be used as it is; the message is one sentence that names the mend."""


@dataclass(frozen=True)
class Secrets:
    """Made once at first use; never in a log, never on a command line."""

    django_key: str
    engine_key: str
    engine_secret: str

    def __repr__(self) -> str:
        return "Secrets(…)"


TRUSTED = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""Networks from which no second factor is asked of people without administration. Private ranges:
the dedicated network of a province (TSLCD) uses these, and the Internet carries none of them."""


@dataclass(frozen=True)
class SignIn:
    """How people sign in: networks, provincial sign-on, and the figures of the security rules.

    The figures are those of TCVN 14423:2026 level 3 as reported; a province may set its own.

    Args:
        trusted_networks: CIDR, IPv4 and IPv6; from elsewhere everybody needs a second factor.
        oidc_issuer: address of the provincial sign-on (OpenID Connect), None for none.
        oidc_client_id: the name under which it knows this installation.
        oidc_client_secret_file: file of mode 0600 with the secret that it gave.
        oidc_name: what the button says.
        oidc_claim: the claim that names the account: ``preferred_username`` or ``email``.
        idle_seconds, idle_admin_seconds: when an unused business or administration page locks.
        password_with_factor, password_alone: least lengths with and without a second factor.
        password_reuse: how many earlier passwords may not come back.
        password_admin_months: how long an administrator's password lasts.
        lock_after, lock_source_after: failures before an account, or a whole address, waits.
        dormant_warn_days, dormant_disable_days: when an unused account is warned and disabled.
    """

    trusted_networks: tuple[str, ...] = TRUSTED
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret_file: Path | None = None
    oidc_name: str = "Đăng nhập một lần của tỉnh"
    oidc_claim: str = "preferred_username"
    idle_seconds: int = 15 * 60
    idle_admin_seconds: int = 5 * 60
    password_with_factor: int = 8
    password_alone: int = 14
    password_reuse: int = 10
    password_admin_months: int = 2
    lock_after: int = 5
    lock_source_after: int = 30
    dormant_warn_days: int = 30
    dormant_disable_days: int = 45

    def __post_init__(self) -> None:
        for network in self.trusted_networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise InstallationError(
                    f"TRUSTED_NETWORKS có {network}: ghi mạng như 10.0.0.0/8, cách nhau bằng dấu "
                    "phẩy. (TRUSTED_NETWORKS takes networks like 10.0.0.0/8.)"
                ) from error
        for name in SIGN_IN_NUMBERS:
            if getattr(self, name) < 1:
                raise InstallationError(
                    f"{name.upper()} phải là số từ 1. ({name.upper()} takes a number from 1.)"
                )
        if self.oidc_issuer is not None and (
            self.oidc_client_id is None or self.oidc_client_secret_file is None
        ):
            raise InstallationError(
                "OIDC_ISSUER cần cả OIDC_CLIENT_ID và OIDC_CLIENT_SECRET_FILE. "
                "(OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET_FILE too.)"
            )

    @classmethod
    def from_environ(cls, given: Mapping[str, str]) -> SignIn:
        """Read it from variables named like the fields in capitals. Raises InstallationError."""
        values: dict[str, object] = {}
        for name in SIGN_IN_FIELDS:
            value = given.get(name.upper())
            if value is None:
                continue
            if name == "trusted_networks":
                values[name] = tuple(part.strip() for part in value.split(",") if part.strip())
            elif name == "oidc_client_secret_file":
                values[name] = _path(value)
            elif name not in SIGN_IN_NUMBERS:
                values[name] = value
            elif value.isascii() and value.isdigit():
                values[name] = int(value)
            else:
                raise InstallationError(
                    f"{name.upper()}={value} phải là số. ({name.upper()} takes a number.)"
                )
        return cls(**values)  # type: ignore[arg-type]

    def environ(self) -> dict[str, str]:
        """What `from_environ` needs to make an equal value; only what differs from the default."""
        found = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                found[one.name.upper()] = (
                    ",".join(value) if isinstance(value, tuple) else str(value)
                )
        return found

    def oidc_secret(self) -> str:
        """Read the secret of the provincial sign-on. Raises InstallationError."""
        path = self.oidc_client_secret_file
        assert path is not None
        try:
            _refuse_wider(path, 0o600)
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise InstallationError(
                f"Không đọc được {path}: ghi đúng OIDC_CLIENT_SECRET_FILE. "
                "(OIDC_CLIENT_SECRET_FILE cannot be read.)"
            ) from error


SIGN_IN_FIELDS = tuple(f.name for f in fields(SignIn))
SIGN_IN_NUMBERS = tuple(f.name for f in fields(SignIn) if isinstance(f.default, int))

VARIABLES = frozenset(
    {"DIEMCAU_DATA", "PROVINCE"}.union(
        *(table.values() for table in (PORTS, HOSTS, PATHS, WORDS)),
        (name.upper() for name in SIGN_IN_FIELDS),
    )
)
"""Every environment variable that an installation knows."""


@dataclass(frozen=True)
class Installation:
    """One installation. Equal values mean the same installation; making one touches no file.

    Args:
        data_dir: everything that this installation writes lies under it.
        province: slug of the province whose directory and regulation are loaded.
        public_host: host name or IP address under which others on the network join;
            None binds everything to loopback.
        port, engine_port, worker_port: TCP on loopback (the worker's also UDP).
        engine_tcp_port, engine_udp_port: media; the first is opened only with `public_host`.
        edge_port: TCP of the https origin, used only with `public_host`.
        supervisor_metrics_port and its like: TCP on `metrics_host`, the engine's on `engine_host`.
        database_url: another database than the embedded one.
        database_url_file: a file with that address in it, so that it stands in no environment.
        web_host, worker_host, engine_host: the address at which a process listens and at which
            the others find it; another than loopback when they run on several machines.
        edge_host: the address from which the edge calls the web process.
        metrics_host: where the numbers for monitoring are read. They have no password.
        media_host: under which sites reach the engine's media, when not `public_host`.
        given_secrets: a folder with secrets made elsewhere, the same on every machine.
        backup_dir: where the backups are put; else in `data_dir`.
        audit_anchor_file: where the end of the audit chain is noted; else in `data_dir`.
        log_format: "json" or "plain"; None: plain at a terminal, else JSON.
        tls_cert, tls_key: a given certificate for `public_host`, PEM; else Caddy's own authority.
        audit_syslog: where it is sent too: udp://host:port, tcp://host:port or unix:/path.
        sign_in: how people sign in.
    """

    data_dir: Path
    province: str = "lam-dong"
    public_host: str | None = None
    port: int = 8000
    engine_port: int = 7880
    engine_tcp_port: int = 7881
    engine_udp_port: int = 7882
    worker_port: int = 7890
    edge_port: int = 443
    supervisor_metrics_port: int = 7900
    web_metrics_port: int = 7901
    worker_metrics_port: int = 7902
    engine_metrics_port: int = 7903
    web_host: str = LOOPBACK
    worker_host: str = LOOPBACK
    engine_host: str = LOOPBACK
    edge_host: str = LOOPBACK
    metrics_host: str = LOOPBACK
    media_host: str | None = None
    database_url: str | None = field(default=None, repr=False)
    database_url_file: Path | None = None
    given_secrets: Path | None = None
    backup_dir: Path | None = None
    audit_anchor_file: Path | None = None
    log_format: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    audit_syslog: str | None = None
    sign_in: SignIn = SignIn()

    def __post_init__(self) -> None:
        if not _SLUG.match(self.province):
            raise InstallationError(
                f"PROVINCE={self.province} không phải tên tỉnh: ghi như lam-dong, khanh-hoa. "
                "(PROVINCE is written like lam-dong.)"
            )
        if self.public_host is not None and not valid_host(self.public_host):
            raise InstallationError(
                f"PUBLIC_HOST={self.public_host} không hợp lệ: ghi tên máy hoặc địa chỉ IP, "
                "không kèm https:// và cổng. (PUBLIC_HOST takes a host name or an IP address.)"
            )
        for attribute, name in HOSTS.items():
            if not _is_address(getattr(self, attribute)):
                raise InstallationError(
                    f"{name}={getattr(self, attribute)} không phải địa chỉ IP: ghi như 10.0.0.5. "
                    f"({name} takes an IP address.)"
                )
        if self.media_host is not None and not valid_host(self.media_host):
            raise InstallationError(
                f"MEDIA_HOST={self.media_host} không hợp lệ: ghi tên máy hoặc địa chỉ IP. "
                "(MEDIA_HOST takes a host name or an IP address.)"
            )
        if self.log_format not in (None, *LOG_FORMATS):
            raise InstallationError(
                f"LOG_FORMAT={self.log_format} không hợp lệ: ghi json hoặc plain. "
                "(LOG_FORMAT is json or plain.)"
            )
        if self.database_url is not None and self.database_url_file is not None:
            raise InstallationError(
                "Đặt DATABASE_URL hoặc DATABASE_URL_FILE, không đặt cả hai. "
                "(Set DATABASE_URL or DATABASE_URL_FILE, not both.)"
            )
        taken: dict[int, str] = {}
        for attribute, name in PORTS.items():
            value = getattr(self, attribute)
            if not 1 <= value <= 65535:
                raise InstallationError(
                    f"{name}={value} không hợp lệ: chọn số từ 1 đến 65535. "
                    f"({name} takes a number from 1 to 65535.)"
                )
            if attribute == "edge_port" and self.public_host is None:
                continue
            if value in taken:
                raise InstallationError(
                    f"{name} và {taken[value]} cùng là {value}: chọn hai cổng khác nhau. "
                    f"({name} and {taken[value]} need different ports.)"
                )
            taken[value] = name
        if (self.tls_cert is None) != (self.tls_key is None):
            raise InstallationError(
                "Đặt cả TLS_CERT và TLS_KEY, hoặc bỏ cả hai. (Set both TLS_CERT and TLS_KEY.)"
            )
        if self.audit_syslog is not None and not _syslog_target(self.audit_syslog):
            raise InstallationError(
                f"AUDIT_SYSLOG={self.audit_syslog} không hợp lệ: ghi như udp://may:514, "
                "tcp://may:601 hoặc unix:/dev/log. (AUDIT_SYSLOG is written like udp://host:514.)"
            )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Installation:
        """Read the installation from environment variables; empty ones count as unset.

        Raises InstallationError with one sentence for the first value that cannot be used.
        """
        given = {k: v for k, v in (os.environ if environ is None else environ).items() if v}
        values: dict[str, Any] = {
            **{f: given[name] for f, name in (WORDS | HOSTS).items() if name in given},
            **{f: _path(given[name]) for f, name in PATHS.items() if name in given},
        }
        for attribute, name in PORTS.items():
            if name in given:
                if not given[name].isascii() or not given[name].isdigit():
                    raise InstallationError(
                        f"{name}={given[name]} không phải số cổng: chọn số từ 1 đến 65535. "
                        f"({name} takes a number from 1 to 65535.)"
                    )
                values[attribute] = int(given[name])
        return cls(
            data_dir=Path(given.get("DIEMCAU_DATA", ROOT / "var")).expanduser().absolute(),
            province=given.get("PROVINCE", "lam-dong"),
            sign_in=SignIn.from_environ(given),
            **values,
        )

    def environ(self) -> dict[str, str]:
        """What `from_environ` needs to make an equal installation in a child process."""
        known = {"DIEMCAU_DATA": str(self.data_dir), "PROVINCE": self.province}
        for attribute, name in (WORDS | HOSTS | PATHS | PORTS).items():
            value = getattr(self, attribute)
            if value is not None:
                known[name] = str(value)
        return known | self.sign_in.environ()

    def child_environ(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """`base` (this process's environment) with exactly this installation's variables in it."""
        given = os.environ if base is None else base
        return {k: v for k, v in given.items() if k not in VARIABLES} | self.environ()

    # ------------------------------------------------------------- database

    @cached_property
    def database_address(self) -> str | None:
        """The address of the database, with its password; None: the embedded one.

        Raises InstallationError when its file cannot be read, or can be read by others.
        """
        path = self.database_url_file
        if path is None:
            return self.database_url
        try:
            _refuse_others(path)
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InstallationError(
                f"Không đọc được DATABASE_URL_FILE={path}: sửa đường dẫn hoặc quyền đọc. "
                "(The file with the database's address cannot be read.)"
            ) from error
        if not value:
            raise InstallationError(f"{path} trống: ghi địa chỉ cơ sở dữ liệu. (It is empty.)")
        return value

    # ------------------------------------------------------------ addresses

    @property
    def origin(self) -> str:
        """Where people open the pages: scheme, host and port, no closing slash."""
        if self.public_host is None:
            return f"http://localhost:{self.port}"
        return f"https://{self._public_authority}"

    @property
    def signal_url(self) -> str:
        """Where browsers reach the engine's signalling."""
        if self.public_host is None:
            return self.local_signal_url
        return f"wss://{self._public_authority}"

    @property
    def local_signal_url(self) -> str:
        """Where processes on this machine, simulated sites among them, reach the signalling."""
        return f"ws://{bracketed(self.engine_host)}:{self.engine_port}"

    @property
    def web_url(self) -> str:
        """The web process itself, for the edge, health checks and the drill on this machine."""
        return f"http://{bracketed(self.web_host)}:{self.port}"

    @property
    def engine_url(self) -> str:
        """The engine's server API; never at `public_host`."""
        return f"http://{bracketed(self.engine_host)}:{self.engine_port}"

    @property
    def webhook_url(self) -> str:
        """Where the engine reports to the worker."""
        return f"http://{bracketed(self.worker_host)}:{self.worker_port}/webhook"

    @property
    def worker_health_url(self) -> str:
        return f"http://{bracketed(self.worker_host)}:{self.worker_port}/health"

    @property
    def _public_authority(self) -> str:
        assert self.public_host is not None
        host = bracketed(self.public_host)
        return host if self.edge_port == 443 else f"{host}:{self.edge_port}"

    # -------------------------------------------------------------- folders

    @property
    def database_path(self) -> Path:
        """The embedded database; unused when another is named."""
        return self.data_dir / "diemcau.sqlite3"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "log"

    @property
    def run_dir(self) -> Path:
        """Rendered settings, the lock and process numbers: made anew at each start."""
        return self.data_dir / "run"

    @property
    def secrets_dir(self) -> Path:
        return self.given_secrets or self.data_dir / "secrets"

    @property
    def backups(self) -> Path:
        """Where the backups are."""
        return self.backup_dir or self.data_dir / "backup"

    @property
    def audit_dir(self) -> Path:
        """Anchors of the audit chain, and the events that left the database."""
        return self.data_dir / "audit"

    @property
    def anchor_file(self) -> Path:
        """Where the end of the audit chain is noted."""
        return self.audit_anchor_file or self.audit_dir / "anchors.log"

    def make_folders(self) -> None:
        """Make the data folders, readable by their owner only. Raises InstallationError."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.log_dir, self.run_dir):
                folder.mkdir(mode=0o700, exist_ok=True)
            if self.given_secrets is None:
                self.secrets_dir.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise InstallationError(
                f"Không ghi được vào {self.data_dir} ({error.strerror}): cấp quyền ghi, hoặc đặt "
                "DIEMCAU_DATA là thư mục khác. (The data folder cannot be written.)"
            ) from error

    # -------------------------------------------------------------- secrets

    @cached_property
    def secrets(self) -> Secrets:
        """The installation's secrets, made at first use with mode 0600.

        Those of a given folder are read only; a machine without pages is given no key of theirs.
        Raises InstallationError when a file or the folder can be read by others, or a given one
        is missing.
        """
        self.make_folders()
        if self.given_secrets is None:
            _refuse_wider(self.secrets_dir, 0o700)
        return Secrets(
            django_key=""
            if self.given_secrets is not None and not (self.given_secrets / "django-key").exists()
            else self._secret("django-key", lambda: random_source.token_urlsafe(50)),
            engine_key=self._secret("engine-key", lambda: "api" + random_source.token_hex(6)),
            engine_secret=self._secret("engine-secret", lambda: random_source.token_urlsafe(36)),
        )

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        path = self.secrets_dir / name
        if self.given_secrets is None:
            if not path.exists():
                _write_once(path, make())
            _refuse_wider(path, 0o600)
        elif not path.is_file():
            raise InstallationError(
                f"SECRETS_DIR thiếu tệp {path}: chép các tệp khóa từ máy đầu tiên. "
                "(A secret is missing: copy the secrets of the first machine.)"
            )
        else:
            _refuse_others(path)
        value = path.read_text(encoding="ascii").strip()
        if not value:
            raise InstallationError(
                f"Tệp khóa {path} trống: xóa tệp rồi chạy lại. (The secret is empty: delete it.)"
            )
        return value


def valid_host(host: str) -> bool:
    """True for a DNS name or a literal IP address, without scheme, port or brackets."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.rstrip(".").split(".")
        # All digits in the last label would be a mistyped IPv4 address.
        return (
            len(host) <= 253
            and all(_LABEL.match(label) for label in labels)
            and not labels[-1].isdigit()
        )
    return True


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _path(value: str) -> Path:
    return Path(value).expanduser().absolute()


def _write_once(path: Path, value: str) -> None:
    """Write a new file with mode 0600 that appears whole or not at all; the first writer wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{random_source.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(value + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _refuse_wider(path: Path, allowed: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ~allowed:
        raise InstallationError(
            f"{path} đang có quyền {mode:04o}, người khác đọc được: chạy chmod {allowed:o} {path}. "
            f"(Others can read this secret: run chmod {allowed:o}.)"
        )


def _refuse_others(path: Path) -> None:
    """As `_refuse_wider`, for a file that an administrator or systemd provides.

    One that belongs to root may be read by its group: so systemd hands over a credential, and so
    an administrator lets the service read what it must not change.
    """
    _refuse_wider(path, 0o640 if path.stat().st_uid == 0 else 0o600)


def _syslog_target(target: str) -> bool:
    """Whether it names a datagram socket by its full path, or a host with its port."""
    if target.startswith("unix:"):
        return target.removeprefix("unix:").startswith("/")
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError:
        return False
    whole = target == f"{parts.scheme}://{parts.netloc}"
    host = parts.hostname or ""
    return parts.scheme in ("udp", "tcp") and whole and bool(port) and valid_host(host)
