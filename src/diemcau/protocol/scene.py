"""Scenes: which sites are seen, and how they are laid out.

One scene is rendered by every browser and later composed by the mixer from the same data.
"""

from enum import StrEnum

from pydantic import Field

from .base import Message, SiteKey


class Layout(StrEnum):
    """How the panes of a scene are laid out (*khung hình hiển thị*)."""

    FULL = "full"
    SPEAKER_STRIP = "speaker_strip"
    GRID_2X2 = "grid_2x2"
    GRID_3X3 = "grid_3x3"
    SIDE_BY_SIDE = "side_by_side"
    SCREEN_PERSON = "screen_person"


PANES: dict[Layout, int] = {
    Layout.FULL: 1,
    Layout.SPEAKER_STRIP: 4,
    Layout.GRID_2X2: 4,
    Layout.GRID_3X3: 9,
    Layout.SIDE_BY_SIDE: 2,
    Layout.SCREEN_PERSON: 2,
}
"""The number of panes of each layout."""


class Source(StrEnum):
    """Which picture of a site a pane shows."""

    CAMERA = "camera"
    SCREEN = "screen"


class Pane(Message):
    """One picture in a scene. Without a picture the pane shows a name card, never black."""

    site: SiteKey
    caption: str = Field(max_length=120, description="What stands below the picture: the site")
    detail: str = Field(default="", max_length=200, description="Second line: the person")
    source: Source = Source.CAMERA


class Scene(Message):
    """A layout with its panes; pane 0 leads (the speaker, or the shared screen)."""

    layout: Layout = Layout.SPEAKER_STRIP
    panes: tuple[Pane, ...] = ()

    @property
    def lead(self) -> str | None:
        """The site of the leading pane, or None in an empty scene."""
        return self.panes[0].site if self.panes else None

    @property
    def sites(self) -> frozenset[str]:
        """All sites that the scene shows."""
        return frozenset(pane.site for pane in self.panes)
