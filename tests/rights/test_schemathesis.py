"""The whole API description, filled by a machine, as outsider, site operator and control operator.

No answer may be a failure of the server or one that the description does not know, and nothing
may be read that the table of rights does not give.
"""

import json
from collections.abc import Callable, Iterable
from http.cookies import SimpleCookie
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from diemcau.conference.models import Conference
from diemcau.installation import ROOT
from tests.conference.cast import CENTRE_PHONE, PHONE, Cast, make_cast, opened

from .people import COLUMNS
from .test_table import ALLOWED, read_table

EXAMPLES = 40
"""Cases for each operation and person."""

PEOPLE = {"outsider": None, "site_operator": "Minh", "control_operator": "Hoa"}

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def described() -> WSGI:
    """The program, with its description at one more address."""
    program = get_wsgi_application()
    description = (ROOT / "docs" / "openapi.json").read_bytes()

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/openapi.json":
            start("200 OK", [("Content-Type", "application/json")])
            return [description]
        return program(environ | {"REMOTE_ADDR": "127.0.0.1"}, start)

    return serve


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast with nine invited sites."""
    return make_cast()


@pytest.fixture
def conference(cast: Cast) -> Conference:
    """A live conference."""
    return opened(cast)


def signed_in(cast: Cast, who: str | None) -> tuple[dict[str, str], dict[str, str]]:
    """Cookies and headers of a browser that somebody is signed in with."""
    client = Client()
    if who is not None:
        client.force_login(cast.users[who])
    client.get("/")
    cookies: SimpleCookie = client.cookies
    found = {name: morsel.value for name, morsel in cookies.items()}
    return found, {"X-CSRFToken": found.get("csrftoken", "")}


def readable(who: str) -> set[str]:
    """The operations that the table gives to somebody."""
    place = COLUMNS.index(who)
    return {name for name, signs in read_table().items() if signs[place] == ALLOWED}


@pytest.mark.parametrize("who", list(PEOPLE))
def test_no_failure_no_unknown_status_and_nothing_that_is_not_theirs(
    who: str, cast: Cast, conference: Conference
) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", described())
    cookies, headers = signed_in(cast, PEOPLE[who])
    may = readable(who)
    answered: dict[str, set[int]] = {}

    def operation(found: Any) -> None:
        name = f"{found.method.upper()} {found.path}"

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=found.as_strategy(), ours=st.booleans())
        def ask(case: Any, ours: bool) -> None:
            if ours and "conference_id" in (case.path_parameters or {}):
                case.path_parameters["conference_id"] = conference.pk
            answer = case.call(cookies=cookies, headers=headers)
            case.validate_response(
                answer,
                checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
            )
            answered.setdefault(name, set()).add(answer.status_code)
            text = answer.content.decode("utf-8", "replace")
            if who != "control_operator":
                assert PHONE not in text, "a technician's telephone number is the desk's alone"
            if who == "outsider":
                assert CENTRE_PHONE not in text
                assert conference.room not in text

        ask()

    for result in schema.get_all_operations():
        operation(result.ok())
    described_paths = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))["paths"]
    assert len(answered) == sum(len(methods) for methods in described_paths.values())
    for name, statuses in answered.items():
        if any(200 <= status < 300 for status in statuses):
            assert any(_same(name, row) for row in may), f"{who}: {name} answered {statuses}"


def _same(described: str, row: str) -> bool:
    """Whether a path of the description is an address of the table."""
    if row.startswith("command "):
        return described.endswith("/commands")
    method, _, path = described.partition(" ")
    kind, _, address = row.partition(" ")
    return method == kind and _plain(path) == _plain(address)


def _plain(path: str) -> str:
    parts = path.strip("/").split("/")
    return "/".join("*" if part[:1] in "{<" else part for part in parts)
