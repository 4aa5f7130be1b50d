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
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

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
}
"""Field of `Installation` → environment variable."""

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
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                found[field.name.upper()] = (
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


SIGN_IN_FIELDS = tuple(field.name for field in fields(SignIn))
SIGN_IN_NUMBERS = tuple(f.name for f in fields(SignIn) if isinstance(f.default, int))


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
        database_url: another database than the embedded one.
        tls_cert, tls_key: a given certificate for `public_host`, PEM; else Caddy's own authority.
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
    database_url: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
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
        taken: dict[int, str] = {}
        for field, name in PORTS.items():
            value = getattr(self, field)
            if not 1 <= value <= 65535:
                raise InstallationError(
                    f"{name}={value} không hợp lệ: chọn số từ 1 đến 65535. "
                    f"({name} takes a number from 1 to 65535.)"
                )
            if field == "edge_port" and self.public_host is None:
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

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Installation:
        """Read the installation from environment variables; empty ones count as unset.

        Raises InstallationError with one sentence for the first value that cannot be used.
        """
        given = {k: v for k, v in (os.environ if environ is None else environ).items() if v}
        ports: dict[str, int] = {}
        for field, name in PORTS.items():
            if name in given:
                if not given[name].isascii() or not given[name].isdigit():
                    raise InstallationError(
                        f"{name}={given[name]} không phải số cổng: chọn số từ 1 đến 65535. "
                        f"({name} takes a number from 1 to 65535.)"
                    )
                ports[field] = int(given[name])
        return cls(
            data_dir=Path(given.get("DIEMCAU_DATA", ROOT / "var")).expanduser().absolute(),
            province=given.get("PROVINCE", "lam-dong"),
            public_host=given.get("PUBLIC_HOST"),
            database_url=given.get("DATABASE_URL"),
            tls_cert=_path(given.get("TLS_CERT")),
            tls_key=_path(given.get("TLS_KEY")),
            sign_in=SignIn.from_environ(given),
            **ports,
        )

    def environ(self) -> dict[str, str]:
        """What `from_environ` needs to make an equal installation in a child process."""
        values = {
            "DIEMCAU_DATA": str(self.data_dir),
            "PROVINCE": self.province,
            "PUBLIC_HOST": self.public_host,
            "DATABASE_URL": self.database_url,
            "TLS_CERT": _text(self.tls_cert),
            "TLS_KEY": _text(self.tls_key),
        }
        known = {name: value for name, value in values.items() if value is not None}
        known |= self.sign_in.environ()
        return known | {name: str(getattr(self, field)) for field, name in PORTS.items()}

    def child_environ(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """`base` (this process's environment) with exactly this installation's variables in it."""
        own = {*PORTS.values(), "DIEMCAU_DATA", "PROVINCE", "PUBLIC_HOST", "DATABASE_URL"}
        own |= {"TLS_CERT", "TLS_KEY"} | {name.upper() for name in SIGN_IN_FIELDS}
        rest = {k: v for k, v in (os.environ if base is None else base).items() if k not in own}
        return rest | self.environ()

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
        return f"ws://{LOOPBACK}:{self.engine_port}"

    @property
    def web_url(self) -> str:
        """The web process itself, for the edge, health checks and the drill on this machine."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def engine_url(self) -> str:
        """The engine's server API; on loopback only, whatever `public_host` says."""
        return f"http://{LOOPBACK}:{self.engine_port}"

    @property
    def webhook_url(self) -> str:
        """Where the engine reports to the worker."""
        return f"http://{LOOPBACK}:{self.worker_port}/webhook"

    @property
    def worker_health_url(self) -> str:
        return f"http://{LOOPBACK}:{self.worker_port}/health"

    @property
    def _public_authority(self) -> str:
        assert self.public_host is not None
        host = f"[{self.public_host}]" if ":" in self.public_host else self.public_host
        return host if self.edge_port == 443 else f"{host}:{self.edge_port}"

    # -------------------------------------------------------------- folders

    @property
    def database_path(self) -> Path:
        """The embedded database; unused when `database_url` is set."""
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
        return self.data_dir / "secrets"

    def make_folders(self) -> None:
        """Make the data folders, readable by their owner only. Raises InstallationError."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.log_dir, self.run_dir, self.secrets_dir):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise InstallationError(
                f"Không ghi được vào {self.data_dir} ({error.strerror}): cấp quyền ghi, hoặc đặt "
                "DIEMCAU_DATA là thư mục khác. (The data folder cannot be written.)"
            ) from error

    # -------------------------------------------------------------- secrets

    @cached_property
    def secrets(self) -> Secrets:
        """The installation's secrets, made at first use with mode 0600.

        Raises InstallationError when a file or the folder can be read by others.
        """
        self.make_folders()
        _refuse_wider(self.secrets_dir, 0o700)
        return Secrets(
            django_key=self._secret("django-key", lambda: random_source.token_urlsafe(50)),
            engine_key=self._secret("engine-key", lambda: "api" + random_source.token_hex(6)),
            engine_secret=self._secret("engine-secret", lambda: random_source.token_urlsafe(36)),
        )

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        path = self.secrets_dir / name
        if not path.exists():
            _write_once(path, make())
        _refuse_wider(path, 0o600)
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


def _path(value: str | None) -> Path | None:
    return None if value is None else Path(value).expanduser().absolute()


def _text(value: Path | None) -> str | None:
    return None if value is None else str(value)


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
