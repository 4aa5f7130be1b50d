"""The desired state of a conference: scene, floor, microphones. Pure values and functions.

Every function takes the state and returns the next one; what is not allowed raises Refusal.
Sites are named by key. Who sits on a site's place (which device) is kept beside it, in seats.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from diemcau.audit.refusal import Refusal
from diemcau.protocol.base import Message
from diemcau.protocol.scene import PANES, Layout


class Picture(Message):
    """A scene by site keys: captions are added when the word is written."""

    layout: Layout = Layout.SPEAKER_STRIP
    sites: tuple[str, ...] = ()

    @property
    def lead(self) -> str | None:
        """The leading site, or None."""
        return self.sites[0] if self.sites else None


class Turn(Message):
    """A site's turn to speak."""

    site: str
    since: datetime


class Asked(Message):
    """A request to speak."""

    site: str
    since: datetime


class Air(Message):
    """What one undo brings back: the pictures and the floor."""

    programme: Picture = Picture()
    preview: Picture = Picture()
    floor: tuple[Turn, ...] = ()


class Step(Message):
    """A state to go back to (or forth), and the act that would be undone (or done again)."""

    verb: str
    site: str = ""
    air: Air


class Desired(Message):
    """What the conference should be."""

    air: Air = Air()
    host_mic_open: bool = True
    locked: tuple[str, ...] = ()
    queue: tuple[Asked, ...] = ()
    sharing: tuple[str, ...] = ()
    simulated: tuple[str, ...] = ()
    undo: Step | None = None
    redo: Step | None = None

    @property
    def holders(self) -> tuple[str, ...]:
        """Sites that have the floor."""
        return tuple(turn.site for turn in self.air.floor)

    def speakers(self, host: str) -> tuple[str, ...]:
        """Sites whose microphone is open: the holders, and the host unless the desk closed it."""
        return ((host,) if self.host_mic_open else ()) + self.holders


def compose(layout: Layout, lead: str, *, host: str, fill: Iterable[str]) -> Picture:
    """Return a picture led by ``lead``, its other panes filled with the host and then ``fill``.

    A shared screen and its person are two panes of the same site.
    """
    if layout is Layout.SCREEN_PERSON:
        return Picture(layout=layout, sites=(lead, lead))
    order = dict.fromkeys((lead, host, *fill))
    return Picture(layout=layout, sites=tuple(order)[: PANES[layout]])


def _aired(state: Desired, verb: str, site: str, air: Air, **more: object) -> Desired:
    """Return the state with another air, remembering the one before for undo."""
    if air == state.air:
        return state.model_copy(update=more)
    step = Step(verb=verb, site=site, air=state.air)
    return state.model_copy(update={"air": air, "undo": step, "redo": None, **more})


def with_floor(
    state: Desired,
    site: str,
    *,
    host: str,
    add: bool,
    limit: int,
    limit_clause: str,
    connected: Callable[[str], bool],
    names: Callable[[str], str],
    fill: Iterable[str],
    now: datetime,
) -> Desired:
    """Put one member site on air: picture in the lead, microphone open, the other holders' closed.

    Args:
        state: the state now.
        site: the site to speak.
        host: the host site, which needs no floor.
        add: keep the running holders, up to ``limit``.
        limit: how many may hold the floor at once.
        limit_clause: clause of that limit, or empty.
        connected: whether a site is connected now.
        names: the name of a site, for reasons.
        fill: sites for the panes beside the lead.
        now: start of the turn.

    Source: KH-9.2a, LC-8.2a2, BD-11.2b, HUE-6.4a.
    """
    if site == host:
        raise Refusal(
            "host_needs_no_floor",
            "Điểm cầu chủ trì không cần trao quyền: micro chủ trì do chủ trì và bàn điều khiển mở.",
            "The host site needs no floor: its microphone is outside it.",
        )
    if site in state.locked:
        raise Refusal(
            "mic_locked",
            f"Chưa trao được quyền: micro của {names(site)} đang khóa. Mở khóa (⇧F4) rồi trao lại.",
            f"Floor not given: the microphone of {names(site)} is locked. Unlock it (⇧F4) first.",
        )
    if not connected(site):
        raise Refusal(
            "site_not_connected",
            f"Chưa trao được quyền: {names(site)} mất kết nối hoặc chưa vào.",
            f"Floor not given: {names(site)} is not connected.",
        )
    if site in state.holders:
        kept = state.air.floor if add else tuple(t for t in state.air.floor if t.site == site)
    else:
        kept = (*(state.air.floor if add else ()), Turn(site=site, since=now))
    if len(kept) > limit:
        raise Refusal(
            "floor_limit",
            f"Chưa trao được quyền: đã có {limit} điểm cầu cùng nói. Thu quyền một điểm cầu trước.",
            f"Floor not given: {limit} sites already speak. Take one back first.",
            limit_clause,
        )
    prepared = state.air.preview
    if prepared.lead == site:
        programme, preview = prepared, state.air.programme
    else:
        layout = state.air.programme.layout
        others = (*(t.site for t in kept), *fill)
        programme, preview = compose(layout, site, host=host, fill=others), prepared
    air = Air(programme=programme, preview=preview, floor=kept)
    queue = tuple(asked for asked in state.queue if asked.site != site)
    return _aired(state, "floor.given", site, air, queue=queue)


def without_floor(state: Desired, site: str, *, names: Callable[[str], str], verb: str) -> Desired:
    """End a site's turn: its microphone closes, the picture stays until the next scene."""
    if site not in state.holders:
        raise Refusal(
            "no_floor",
            f"{names(site)} không có quyền phát biểu.",
            f"{names(site)} does not have the floor.",
        )
    floor = tuple(turn for turn in state.air.floor if turn.site != site)
    air = state.air.model_copy(update={"floor": floor})
    if verb == "floor.ended":  # its own will: no undo of the desk's opens the microphone again
        return _forgotten(state, site).model_copy(update={"air": air})
    return _aired(state, verb, site, air)


def _forgotten(state: Desired, site: str) -> Desired:
    """Take a site's turn out of what undo and redo would bring back."""

    def without(step: Step | None) -> Step | None:
        if step is None:
            return None
        floor = tuple(turn for turn in step.air.floor if turn.site != site)
        return step.model_copy(update={"air": step.air.model_copy(update={"floor": floor})})

    return state.model_copy(update={"undo": without(state.undo), "redo": without(state.redo)})


def muted_all(state: Desired) -> Desired:
    """Take the floor from all member sites; the host's microphone stays as it is."""
    return _aired(state, "floor.muted_all", "", state.air.model_copy(update={"floor": ()}))


def with_preview(
    state: Desired,
    *,
    layout: Layout | None,
    lead: str | None,
    panes: tuple[str, ...] | None,
    host: str,
    fill: Iterable[str],
) -> Desired:
    """Prepare the next scene; None keeps what the preview has. Nothing on air changes."""
    old = state.air.preview
    layout = layout or old.layout
    if panes is not None:
        picture = Picture(layout=layout, sites=panes[: PANES[layout]])
    else:
        first = lead or old.lead or host
        rest = old.sites[1:] if lead is None else ()
        picture = compose(layout, first, host=host, fill=(*rest, *fill))
    air = state.air.model_copy(update={"preview": picture})
    return state.model_copy(update={"air": air})


def taken(state: Desired) -> Desired:
    """Preview and programme change places. Picture only: no microphone changes."""
    if not state.air.preview.sites:
        raise Refusal(
            "preview_empty",
            "Chuẩn bị còn trống. Chọn điểm cầu, nhấn Enter rồi LÊN HÌNH.",
            "The preview is empty. Choose a site, press Enter, then TAKE.",
        )
    air = state.air.model_copy(
        update={"programme": state.air.preview, "preview": state.air.programme}
    )
    return _aired(state, "scene.taken", air.programme.lead or "", air)


def undone(state: Desired, *, allowed: Callable[[str], bool]) -> Desired:
    """Go back one step. ``allowed`` says whether a site may still get its microphone back."""
    step = state.undo
    if step is None:
        raise Refusal("nothing_to_undo", "Không có gì để hoàn tác.", "There is nothing to undo.")
    back = Step(verb=step.verb, site=step.site, air=state.air)
    return state.model_copy(update={"air": _still(step.air, allowed), "undo": None, "redo": back})


def redone(state: Desired, *, allowed: Callable[[str], bool]) -> Desired:
    """Do again what was undone."""
    step = state.redo
    if step is None:
        raise Refusal("nothing_to_redo", "Không có gì để làm lại.", "There is nothing to redo.")
    back = Step(verb=step.verb, site=step.site, air=state.air)
    return state.model_copy(update={"air": _still(step.air, allowed), "undo": back, "redo": None})


def _still(air: Air, allowed: Callable[[str], bool]) -> Air:
    return air.model_copy(update={"floor": tuple(t for t in air.floor if allowed(t.site))})


def with_host_mic(state: Desired, open_: bool) -> Desired:
    """Open or close the host's microphone by the desk."""
    return state.model_copy(update={"host_mic_open": open_})


def with_lock(state: Desired, site: str, locked: bool) -> Desired:
    """Lock (or unlock) a site's microphone; locking ends its turn."""
    rest = tuple(s for s in state.locked if s != site)
    if not locked:
        return state.model_copy(update={"locked": rest})
    floor = tuple(turn for turn in state.air.floor if turn.site != site)
    air = state.air.model_copy(update={"floor": floor})
    return _forgotten(state, site).model_copy(update={"locked": (*rest, site), "air": air})


def with_request(state: Desired, site: str, *, host: str, now: datetime) -> Desired:
    """Put a site at the end of the queue; a site that is in it keeps its place."""
    if site == host or site in state.holders:
        raise Refusal(
            "may_speak_already",
            "Điểm cầu này đang được nói, không cần đăng ký.",
            "This site may speak already.",
        )
    if any(asked.site == site for asked in state.queue):
        return state
    return state.model_copy(update={"queue": (*state.queue, Asked(site=site, since=now))})


def without_request(state: Desired, site: str) -> Desired:
    """Take a site out of the queue."""
    queue = tuple(asked for asked in state.queue if asked.site != site)
    return state.model_copy(update={"queue": queue})


def with_sharing(state: Desired, site: str, allowed: bool) -> Desired:
    """Let a site share its screen, or end that."""
    rest = tuple(s for s in state.sharing if s != site)
    return state.model_copy(update={"sharing": (*rest, site) if allowed else rest})


def without_site(state: Desired, site: str) -> Desired:
    """Forget a removed site: its turn, request and sharing end, and no undo brings them back."""
    state = with_sharing(without_request(state, site), site, False)
    floor = tuple(turn for turn in state.air.floor if turn.site != site)
    return state.model_copy(
        update={
            "air": state.air.model_copy(update={"floor": floor}),
            "undo": None,
            "redo": None,
        }
    )
