"""People of a drill, as the server sees them: signed in by a one-time link, over HTTP."""

import uuid
from datetime import datetime
from typing import Any, Self

import httpx
from pydantic import BaseModel, TypeAdapter

from diemcau.protocol.base import Message
from diemcau.protocol.commands import CommandRequest, CommandResult, Outcome
from diemcau.protocol.desk import DeskSnapshot
from diemcau.protocol.joining import Admitted, JoinAnswer, JoinRequest

from .quiet import keep_links_out_of_logs

PATIENCE = 10.0
"""Seconds for one answer of the server."""

_ANSWER: TypeAdapter[JoinAnswer] = TypeAdapter(JoinAnswer)


class Refused(Exception):
    """The server did not do what the drill needs; the message is the server's own."""


class ListedSite(BaseModel):
    """A site of the directory, as the API lists it."""

    site: str
    number: int
    name: str


_LIST: TypeAdapter[list[ListedSite]] = TypeAdapter(list[ListedSite])


class Person:
    """Somebody with a session.

    Args:
        web: address of the web process.
    """

    def __init__(self, web: str) -> None:
        keep_links_out_of_logs()
        self._http = httpx.AsyncClient(base_url=web, timeout=PATIENCE, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._http.aclose()

    async def sign_in(self, link: str) -> None:
        """Open the link and press the button, as a person does. Raises Refused."""
        path = httpx.URL(link).path
        shown = await self._http.get(path)
        pressed = await self._http.post(path, headers=self._proof)
        if shown.status_code != 200 or pressed.status_code != 302:
            raise Refused(f"đăng nhập: {shown.status_code}, {pressed.status_code}")
        # The start page names the device and hands out the proof against forged requests.
        await self._http.get("/")

    @property
    def _proof(self) -> dict[str, str]:
        return {"X-CSRFToken": self._http.cookies.get("csrftoken") or ""}

    async def get(self, path: str) -> Any:
        """Return the JSON at ``path``. Raises Refused, httpx.HTTPError."""
        return _json(await self._http.get(path))

    async def post(self, path: str, body: BaseModel | dict[str, Any]) -> Any:
        """Send JSON and return the answer's. Raises Refused, httpx.HTTPError."""
        given = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
        return _json(await self._http.post(path, json=given, headers=self._proof))


def _json(answer: httpx.Response) -> Any:
    if answer.status_code >= 500:
        answer.raise_for_status()
    if answer.status_code >= 400:
        raise Refused(f"{answer.request.url.path}: {answer.status_code} {answer.text[:300]}")
    return answer.json() if answer.content else None


class Operator(Person):
    """The control operator at the desk."""

    async def sites(self) -> list[ListedSite]:
        """The directory's sites, by number."""
        return _LIST.validate_python(await self.get("/api/sites"))

    async def book(
        self, title: str, host: str, sites: list[str], connect_at: datetime, opening_at: datetime
    ) -> int:
        """Book a drill and return its number."""
        booking = {
            "title": title,
            "host_site": host,
            "sites": sites,
            "connect_at": connect_at.isoformat(),
            "opening_at": opening_at.isoformat(),
            "drill": True,
        }
        return int((await self.post("/api/conferences", booking))["id"])

    async def link_for(self, site: str) -> str:
        """Issue a one-time sign-in link."""
        return str((await self.post("/api/sign-in-links", {"site": site}))["url"])

    async def ask(
        self, conference: int, command: Message, *, key: uuid.UUID | None = None
    ) -> CommandResult:
        """Give a command and return what became of it, done or refused."""
        request = CommandRequest.model_validate(
            {"id": key or uuid.uuid4(), "command": command.model_dump()}
        )
        path = f"/api/conferences/{conference}/commands"
        try:
            answer = await self.post(path, request)
        except httpx.TransportError:
            # An idle connection was closed at this moment. The id makes a second try harmless.
            answer = await self.post(path, request)
        return CommandResult.model_validate(answer)

    async def command(self, conference: int, command: Message) -> CommandResult:
        """Give a command that must be done. Raises Refused."""
        result = await self.ask(conference, command)
        if result.outcome is not Outcome.DONE:
            raise Refused(f"{type(command).__name__}: {result.reason_vi}")
        return result

    async def outcome(self, command: uuid.UUID) -> CommandResult:
        """What became of a command whose answer was lost."""
        return CommandResult.model_validate(await self.get(f"/api/commands/{command}"))

    async def snapshot(self, conference: int) -> DeskSnapshot:
        """What the desk shows now."""
        return DeskSnapshot.model_validate(await self.get(f"/api/conferences/{conference}/desk"))


class SiteOperator(Person):
    """The technician of one site.

    Args:
        web: address of the web process.
        conference: which conference to join.
        name: of the site, which is also the unit that is given.
    """

    def __init__(self, web: str, conference: int, name: str) -> None:
        super().__init__(web)
        self._conference = conference
        self._request = JoinRequest(person="Cán bộ kỹ thuật", unit=name[:120])
        self._token: str | None = None

    async def join(self) -> JoinAnswer:
        """Ask for the site's place."""
        answer = _ANSWER.validate_python(
            await self.post(f"/api/conferences/{self._conference}/join", self._request)
        )
        if isinstance(answer, Admitted):
            self._token = answer.token
        return answer

    async def enter(self) -> str:
        """Ask for the site's place and return a token. Raises Refused."""
        answer = await self.join()
        if not isinstance(answer, Admitted):
            raise Refused(f"{self._request.unit}: {answer.outcome}")
        return answer.token

    async def token(self) -> str | None:
        """A token to enter the engine, or None when the site has no place any more.

        While the web does not answer, the last token is tried on: pictures do not need the web.
        """
        try:
            answer = await self.join()
        except httpx.HTTPError:
            return self._token
        return answer.token if isinstance(answer, Admitted) else None
