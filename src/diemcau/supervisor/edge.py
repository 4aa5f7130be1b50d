"""The edge: one https origin for pages, API and signalling, by Caddy. Only with PUBLIC_HOST."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from string import Template

from diemcau.installation import ROOT, Installation, InstallationError, bracketed
from diemcau.supervisor.engine import write_private

PROGRAM = "caddy"


def require() -> Path:
    """Caddy on PATH. Raises InstallationError with the mend."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise InstallationError(
            "Chưa có caddy để mở địa chỉ https: chạy apt-get install caddy bằng quyền root rồi "
            "chạy lại. (Install caddy, which PUBLIC_HOST needs.)"
        )
    return Path(found)


def root_certificate(installation: Installation) -> Path | None:
    """Where the certificate lies that the sites must trust; None with a given certificate."""
    if installation.tls_cert is not None:
        return None
    return _storage(installation) / "pki" / "authorities" / "local" / "root.crt"


def render(installation: Installation) -> str:
    """The Caddyfile for `installation`. Raises InstallationError for a certificate not to be read.

    Nothing but `/rtc` of the engine is reachable from outside, and only with a token that the
    web process still holds good; the engine's server API (`/twirp`) is not among it.
    """
    host = installation.public_host
    assert host is not None
    if installation.tls_cert is not None and installation.tls_key is not None:
        for path in (installation.tls_cert, installation.tls_key):
            if not path.is_file():
                raise InstallationError(
                    f"Không đọc được chứng thư {path}: sửa TLS_CERT, TLS_KEY. "
                    "(The certificate cannot be read.)"
                )
        tls = f"{json.dumps(str(installation.tls_cert))} {json.dumps(str(installation.tls_key))}"
    else:
        tls = "internal"
    template = Template((ROOT / "deploy" / "Caddyfile.tmpl").read_text(encoding="utf-8"))
    return template.substitute(
        site=f"https://{bracketed(host)}:{installation.edge_port}",
        host=host,
        storage=json.dumps(str(_storage(installation))),
        tls=tls,
        log_format="console" if installation.log_format == "plain" else "json",
        web=f"{bracketed(installation.web_host)}:{installation.port}",
        engine=f"{bracketed(installation.engine_host)}:{installation.engine_port}",
    )


def write_settings(installation: Installation) -> Path:
    """Write the Caddyfile into the run folder and return its path."""
    path = installation.run_dir / "Caddyfile"
    write_private(path, render(installation))
    return path


def _storage(installation: Installation) -> Path:
    return installation.data_dir / "edge"
