"""No secret reaches a log, whichever process writes it and however it got into the line."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diemcau.installation import ROOT, Installation
from diemcau.telemetry.redact import RULES, redactor

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ2aWRlbyI6eyJyb29tIjoiYy0xIn19.c2lnbmF0dXJlLXZhbHVl"
SECRETS = {
    "one-time link": ("GET /vao/{} 410", "q7Vd-0aZ_kQ"),
    "link of another purpose": ("opened https://hop.example/tai-khoan/key/{}/", "3f-c9a1b2c3d4"),
    "engine token": ("join with {}", JWT),
    "engine token in an address": ("GET /rtc?access_token={}&auto_subscribe=1", JWT),
    "token without a known shape": ("GET /x?access_token={}", "abc123"),
    "Authorization": ("headers {{'Authorization': 'Bearer {}'}}", "tin-cay-ban-nay"),
    "Authorization, as bytes": ("[(b'authorization', b'Basic {}')]", "aG9hOm1hdC1raGF1"),
    "bearer by itself": ("sent Bearer {} again", "abcdefgh12345"),
    "cookies": ("Cookie: dc_device={}; theme=dark", "thiet-bi-cua-minh"),
    "cookie that is set": ("Set-Cookie: x={}; HttpOnly", "gia-tri"),
    "cookie by its name": ("found dc_device={}", "may-cua-lan"),
    "password of the database": (
        "connect to postgresql://diemcau:{}@10.0.0.9:5432/diemcau failed",
        "m@t-kh:au",
    ),
    "password in words": ("FATAL: password={} host=db", "mat-khau-dai"),
    "password in JSON": ('{{"password": "{}"}}', "mật khẩu có dấu cách"),
    "password in a form": ("mat_khau='{}'", "Hoa 1990"),
    "stored password": ("hash {}", "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA"),
    "TOTP in an address": (
        "QR otpauth://totp/diemcau:hoa?secret={}&issuer=diemcau",
        "JBSWY3DPEHPK3PXP",
    ),
    "TOTP, bare": ("seed {}", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    "private key": (
        "read -----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY----- from disk",
        "MHcCAQEE+/abc/def\nxyz+q=",
    ),
    "session key": ("session {} is gone", "k3j9x0q8w7e6r5t4y3u2i1o0p9a8s7d6"),
    "session key by its name": ("session_key='{}'", "abc"),
    "long random value": ("got {}", "hK3_9sdfJKL-sdf98SDFjklsdf0S9DFjklsdfSDF98s"),
}

TALK = """
import logging, sys, warnings, json
log = logging.getLogger("thu")
def talk(*_, **__):
    for text, secret in json.loads(open(sys.argv[1], encoding="utf-8").read()):
        whole = text.format(secret)
        log.warning(whole.replace("%", "%%"))
        log.warning("%s", whole)
        log.warning("about %r", {"it": [whole]})
        log.warning("%s %s", "wrong count", whole, "one more")
        logging.getLogger("uvicorn.error").error("uvicorn %s", whole)
        logging.getLogger("django.request").error("django %s", whole)
        try:
            raise ValueError(whole)
        except ValueError:
            log.exception("trial over")
        try:
            try:
                raise KeyError(whole)
            except KeyError as error:
                raise RuntimeError("outer") from error
        except RuntimeError:
            logging.getLogger("asyncio").error("task", exc_info=True)
        warnings.warn(whole)
    raise SystemError(whole)
async def talk_async(*_, **__):
    talk()
"""
PROCESSES = {
    "web": "from diemcau.config import asgi; talk()",
    "worker": "from diemcau.config import worker; worker.serve = talk_async; worker.main()",
    "prepare": (
        "from django.core import management; management.call_command = talk\\n"
        "from diemcau.config import prepare; prepare.main()"
    ),
    "supervisor": "from diemcau.supervisor import up; up.run = talk; sys.exit(up.main([]))",
}


@pytest.mark.parametrize("layout", ["json", "plain"])
@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_writes_a_secret_of_any_kind(process: str, layout: str, tmp_path: Path) -> None:
    here = Installation(tmp_path / "var", log_format=layout)
    own = here.secrets.engine_secret, here.secrets.django_key
    said = [*SECRETS.values(), ("ours {}", own[0]), ("ours, cut off {}", own[1])]
    kinds = tmp_path / "kinds.json"
    kinds.write_text(json.dumps(said), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", TALK + PROCESSES[process].replace("\\n", "\n"), str(kinds)],
        env=here.child_environ(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    written = done.stdout + done.stderr
    leaked = [what for what, (_, secret) in SECRETS.items() if secret in written]
    assert leaked == []
    assert not any(secret in written for secret in own)
    assert written.count("trial over") == len(said), "everything else was written"
    assert "SystemError" in written, "also what ended the process"
    if layout == "json":
        lines = [json.loads(line) for line in written.splitlines()]
        assert {line["process"] for line in lines} == {process}
        assert {line["logger"] for line in lines} >= {"thu", "uvicorn.error", "django.request"}


@pytest.mark.parametrize(
    "text",
    [
        "engine up",
        "conference 12: EngineDown (no answer in 5 s)",
        "postgresql://diemcau@10.0.0.9:5432/diemcau",
        "http://127.0.0.1:8000/hoi-nghi/12/ban",
        "Uvicorn running on http://127.0.0.1:26256 (Press CTRL+C to quit)",
        'File "/opt/diemcau/src/diemcau/conference/conductor.py", line 210, in _round',
        "test_a_site_that_lost_the_floor_cannot_open_its_microphone_with_an_older_token",
        "command 7f0c2a51-9a6e-4d0c-8f6d-2f3c1f4b9a10 done",
        "ready: 3 tokens, 2 cookies",
        "Mật khẩu không đúng",
    ],
)
def test_words_that_are_no_secret_stay_as_they_are(text: str) -> None:
    assert redactor()(text) == text


def test_a_secret_that_the_process_holds_is_hidden_in_any_surroundings() -> None:
    redact = redactor(["ngan-hang", "x", ""])
    assert redact("tail:ngan-hang/x") == "tail:…/x"


def test_a_text_made_to_take_long_does_not() -> None:
    redact = redactor(["x" * 40])
    for unit in ("a", "A1a-", "password=", "eyJaaaa.", "cookie ", "a://", "A", "'", "token='", "/"):
        begun = time.process_time()
        redact((unit * 200_000)[:200_000])
        # Quadratic time would take minutes.
        assert time.process_time() - begun < 5, unit


def test_every_rule_is_needed() -> None:
    """Each kind of secret above is still hidden by one rule, and no rule is idle."""
    idle = [
        rule.what
        for rule in RULES
        if not any(rule.pattern.search(text.format(s)) for text, s in SECRETS.values())
    ]
    assert idle == []
