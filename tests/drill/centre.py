"""A small control centre for tests: says the word, gives and takes rights, lets sites join."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from livekit import api

from diemcau.drill.picture import SMALL, Size, picture
from diemcau.drill.receiver import Watch
from diemcau.drill.site import Renew, SimulatedSite, Who
from diemcau.media.engine import Grant, Pass, TrackSource
from diemcau.media.tokens import mint
from diemcau.protocol.card import Card
from diemcau.protocol.scene import Layout, Pane, Scene
from diemcau.protocol.word import ConferenceState, Holder, Word
from diemcau.supervisor.stack import Stack

ROOM = "conference-1"
NAMES = {1: "UBND tỉnh", 2: "Xã Đạ Tẻh", 3: "Phường Xuân Hương – Đà Lạt", 4: "Xã Đơn Dương"}
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


class Centre:
    """The control centre of one test: writes the word, gives and takes rights."""

    def __init__(self, stack: Stack, cache: Path) -> None:
        self.stack = stack
        self._cache = cache
        secrets = stack.installation.secrets
        self._key, self._secret = secrets.engine_key, secrets.engine_secret
        self._tasks: dict[SimulatedSite, asyncio.Task[None]] = {}
        self.word = Word(
            version=1,
            conference=1,
            title="Diễn tập",
            host_body="UBND tỉnh",
            state=ConferenceState.LIVE,
            drill=True,
            connect_at=NOW,
            opening_at=NOW,
            host="site-1",
            host_mic_open=False,
        )

    async def __aenter__(self) -> "Centre":
        self._api = api.LiveKitAPI(
            self.stack.installation.engine_url, self._key, self._secret, failover=False
        )
        return self

    async def __aexit__(self, *raised: object) -> None:
        for site in self._tasks:
            site.leave()
        await asyncio.gather(*self._tasks.values())
        await self._api.aclose()

    async def make_room(self) -> None:
        await self._api.room.create_room(
            api.CreateRoomRequest(name=ROOM, metadata=self.word.model_dump_json())
        )

    async def say(self, **changes: object) -> Word:
        """Write the next word."""
        self.word = Word.model_validate(
            self.word.model_dump() | changes | {"version": self.word.version + 1}
        )
        await self._api.room.update_room_metadata(
            api.UpdateRoomMetadataRequest(room=ROOM, metadata=self.word.model_dump_json())
        )
        return self.word

    async def show(self, *numbers: int, layout: Layout = Layout.GRID_2X2) -> Word:
        panes = tuple(Pane(site=f"site-{n}", caption=NAMES[n]) for n in numbers)
        return await self.say(scene=Scene(layout=layout, panes=panes))

    async def give_floor(self, *numbers: int) -> Word:
        """As the server does: rights and word; the others' microphones close."""
        for number in NAMES:
            if await self.is_here(number):
                await self.permit(number, microphone=number in numbers)
        return await self.say(
            floor=[Holder(site=f"site-{n}", caption=NAMES[n], since=NOW) for n in numbers],
            audible=[f"site:site-{n}:s" for n in numbers],
        )

    async def permit(self, number: int, *, microphone: bool) -> None:
        sources = [api.TrackSource.CAMERA] + [api.TrackSource.MICROPHONE] * microphone
        await self._api.room.update_participant(
            api.UpdateParticipantRequest(
                room=ROOM,
                identity=f"site:site-{number}:s",
                permission=api.ParticipantPermission(
                    can_subscribe=True, can_publish=True, can_publish_sources=sources
                ),
            )
        )

    async def remove(self, number: int) -> None:
        await self._api.room.remove_participant(
            api.RoomParticipantIdentity(room=ROOM, identity=f"site:site-{number}:s")
        )

    async def cut_off(self, site: SimulatedSite) -> None:
        """Cancel a site's life, as the end of a program does."""
        life = self._tasks.pop(site)
        life.cancel()
        with suppress(asyncio.CancelledError):
            await life

    async def is_here(self, number: int) -> bool:
        found = await self._api.room.list_participants(api.ListParticipantsRequest(room=ROOM))
        return any(p.identity == f"site:site-{number}:s" for p in found.participants)

    def token(self, number: int, *, microphone: bool = False) -> str:
        publish = {TrackSource.CAMERA} | ({TrackSource.MICROPHONE} if microphone else set())
        card = Card(site=f"site-{number}", number=number, name=NAMES[number], simulated=True)
        return mint(
            Pass(
                ROOM,
                f"site:site-{number}:s",
                NAMES[number],
                Grant(publish=frozenset(publish)),
                card.model_dump_json(),
            ),
            key=self._key,
            secret=self._secret,
        )

    def site(
        self,
        number: int,
        *,
        watch: Watch = Watch.NOTHING,
        size: Size = SMALL,
        token: str | None = None,
        renew: Renew | None = None,
        stubborn: bool = False,
    ) -> SimulatedSite:
        """Let a simulated site join."""
        site = SimulatedSite(
            Who(f"site-{number}", number, NAMES[number], host=number == 1),
            url=self.stack.installation.signal_url,
            token=token or self.token(number),
            loop=picture(NAMES[number], number, size, cache=self._cache),
            watch=watch,
            renew=renew,
            stubborn=stubborn,
        )
        self._tasks[site] = asyncio.create_task(site.run())
        return site

    def life(self, site: SimulatedSite) -> asyncio.Task[None]:
        """The task that is the site's life."""
        return self._tasks[site]
