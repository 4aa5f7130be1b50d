"""Each request has an id that stands in its answer, its log lines and its audit events."""

import json
import logging
import re
import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, RequestFactory

from diemcau.conference.models import Conference
from diemcau.config.request_id import HEADER, RequestIdMiddleware, id_of
from diemcau.installation import Installation
from diemcau.telemetry import context, web_metrics
from diemcau.telemetry.logs import Formatter
from diemcau.web import who
from tests.conference.cast import Cast, make_cast, opened

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
GIVEN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def conference(cast: Cast) -> Conference:
    return opened(cast)


@pytest.fixture
def lines() -> Iterator[list[dict]]:
    """The log lines of the test, as a machine reads them."""
    found: list[dict] = []
    formatter = Formatter("web", "json")

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(formatter.format(record)))

    handler = Keep()
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)


def test_every_answer_carries_an_id_of_its_own() -> None:
    first, second = (Client().get("/health")[HEADER] for _ in range(2))
    assert UUID.match(first)
    assert UUID.match(second)
    assert first != second


def test_without_an_edge_an_id_that_a_client_wrote_counts_for_nothing() -> None:
    assert Client().get("/health", headers={HEADER: GIVEN})[HEADER] != GIVEN


@pytest.mark.parametrize(
    ("public", "port", "given", "kept"),
    [
        ("hop.example", 0, GIVEN, True),  # the web server took the address from the edge
        ("hop.example", 51234, GIVEN, False),  # somebody on this machine, past the edge
        (None, 0, GIVEN, False),  # there is no edge
        ("hop.example", 0, "x\nINFO forged", False),
        ("hop.example", 0, "", False),
    ],
)
def test_the_edge_gives_the_id_and_nobody_else(
    public: str | None, port: int, given: str, kept: bool, settings: object, tmp_path: object
) -> None:
    settings.INSTALLATION = Installation(tmp_path, public_host=public)  # type: ignore
    request = RequestFactory().get("/", headers={HEADER: given}, REMOTE_PORT=port)
    assert (id_of(request) == given) is kept
    assert UUID.match(id_of(request))


async def test_the_answer_of_the_server_itself_carries_it_too() -> None:
    response = await AsyncClient().get("/health")
    assert UUID.match(response[HEADER])


def test_a_log_line_of_a_request_names_the_request_and_the_conference(
    conference: Conference, lines: list[dict]
) -> None:
    answer = Client().get(f"/api/conferences/{conference.pk}/desk")
    assert answer.status_code == 401
    (line,) = [line for line in lines if line["logger"] == "django.request"]
    assert (line["request"], line["conference"]) == (answer[HEADER], conference.pk)
    assert context.request_id.get() == ""
    assert context.conference_id.get() is None


@pytest.mark.django_db(transaction=True)
async def test_a_line_written_in_the_thread_of_a_view_names_them_too(lines: list[dict]) -> None:
    answer = await AsyncClient().get("/api/conferences/99/desk")
    assert answer.status_code == 401
    (line,) = [line for line in lines if line["logger"] == "django.request"]
    assert (line["request"], line["conference"]) == (answer[HEADER], 99)


def test_the_actor_carries_the_id_into_the_audit_events(cast: Cast) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        request.user = cast.users["Hoa"]
        acting = who.actor(request)
        assert acting is not None
        seen.append(acting.request)
        return HttpResponse()

    answer = RequestIdMiddleware(view)(RequestFactory().get("/"))
    assert seen == [answer[HEADER]]  # type: ignore[index]


# ---------------------------------------------------------------- numbers


def count(**labels: str) -> float:
    found = web_metrics.REGISTRY.get_sample_value("diemcau_http_requests_total", labels)
    return found or 0.0


def all_series() -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    return {
        (sample.name, tuple(sorted(sample.labels.items())))
        for metric in web_metrics.REGISTRY.collect()
        for sample in metric.samples
    }


def test_requests_are_counted_by_the_template_of_their_address(cast: Cast) -> None:
    labels = {"method": "GET", "status": "401"}
    route = "/api/conferences/<int:conference_id>/desk"
    before = count(route=route, **labels)
    client = Client()
    client.get("/api/conferences/1/desk")
    client.get("/api/conferences/2/desk")
    assert count(route=route, **labels) == before + 2
    seconds = web_metrics.REGISTRY.get_sample_value(
        "diemcau_http_request_seconds_count", {"route": route}
    )
    assert seconds is not None
    assert seconds >= 2


def test_addresses_that_do_not_exist_make_no_series_of_their_own() -> None:
    client = Client()

    def storm(first: int) -> None:
        for number in range(first, first + 30):
            client.get(f"/khong-co-{number}")
            client.get(f"{settings.STATIC_URL}khong-co-{number}.js")
            client.get(f"/vao-{number}/x", headers={"User-Agent": f"may {number}"})

    storm(0)
    few = all_series()
    storm(30)
    assert all_series() == few
    assert not any("khong-co" in str(labels) for _, labels in few)


def test_commands_and_refusals_are_counted_by_their_kind(
    cast: Cast, conference: Conference
) -> None:
    def value(name: str, **labels: str) -> float:
        return web_metrics.REGISTRY.get_sample_value(name, labels) or 0.0

    def send(name: str) -> None:
        client = Client()
        client.force_login(cast.users[name])
        body = {"id": str(uuid.uuid4()), "command": {"type": "mute_all"}}
        path = f"/api/conferences/{conference.pk}/commands"
        client.post(path, json.dumps(body), content_type="application/json")

    done = value("diemcau_commands_total", kind="mute_all", outcome="done")
    refused = value("diemcau_commands_total", kind="mute_all", outcome="refused")
    codes = value("diemcau_refusals_total", code="not_permitted")
    send("Hoa")
    send("Minh")
    assert value("diemcau_commands_total", kind="mute_all", outcome="done") == done + 1
    assert value("diemcau_commands_total", kind="mute_all", outcome="refused") == refused + 1
    assert value("diemcau_refusals_total", code="not_permitted") == codes + 1
