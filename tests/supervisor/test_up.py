"""One-time links are shown to a person at a terminal and to nobody else."""

import stat
from pathlib import Path

from diemcau.installation import Installation
from diemcau.supervisor.up import FirstLink, show_links

LINKS = [FirstLink("site", "Điểm cầu: Xã Đạ Tẻh", "/vao/mot-lan")]


def test_at_a_terminal_the_links_are_said_and_kept_nowhere(tmp_path: Path) -> None:
    said: list[str] = []
    show_links(Installation(tmp_path), LINKS, interactive=True, say=said.append)
    assert "http://localhost:8000/vao/mot-lan" in "\n".join(said)
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_the_links_go_to_a_private_file_and_only_its_path_is_said(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    here = Installation(tmp_path, public_host="hop.example")
    path = show_links(here, LINKS, interactive=False, say=said.append)
    assert path is not None
    assert "https://hop.example/vao/mot-lan" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "mot-lan" not in "\n".join(said)
    assert str(path) in "\n".join(said)
