"""Nothing that an installation stores is forgotten: every file and every model has its row."""

from pathlib import Path

import pytest
from django.apps import apps

from diemcau.backup import cli
from diemcau.backup.kinds import KINDS, Way, files, kind_of
from diemcau.backup.sealing import Key
from diemcau.backup.voiding import LINES
from diemcau.installation import Installation
from tests.backup.house import back_up, command


def unnamed(data_dir: Path) -> list[str]:
    """Files of a data folder that no row covers."""
    found = (p.relative_to(data_dir).as_posix() for p in data_dir.rglob("*") if not p.is_dir())
    return sorted(name for name in found if kind_of(name) is None)


@pytest.mark.database
def test_every_file_of_an_installation_has_a_row(
    house: Installation, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command(house, "link", "--role", "control").returncode == 0
    back_up(house, key, house.data_dir / "backup")
    assert unnamed(house.data_dir) == []
    (house.data_dir / "so-moi").mkdir()
    (house.data_dir / "so-moi" / "trang-1").touch()
    assert unnamed(house.data_dir) == ["so-moi/trang-1"]


def test_every_model_has_a_line_that_says_what_a_restore_does() -> None:
    named = {line.model.lower() for line in LINES}
    missing = sorted(m._meta.label for m in apps.get_models() if m._meta.label_lower not in named)
    assert missing == [], "say in backup/voiding.py what a restore does with their rows"


def test_every_row_and_every_line_gives_its_reason_and_stands_once() -> None:
    assert all(kind.why for kind in KINDS) and all(line.why for line in LINES)
    assert len({kind.where for kind in KINDS}) == len(KINDS)
    assert len({line.model for line in LINES}) == len(LINES)


def test_the_engine_s_keys_stay_out_and_other_secrets_come_along() -> None:
    for name in ("secrets/engine-key", "secrets/engine-secret", "log/web.log", "loops/1.bin"):
        found = kind_of(name)
        assert found is not None and not found.held
    for name in ("secrets/django-key", "edge/pki/authorities/local/root.crt", "audit/anchors"):
        found = kind_of(name)
        assert found is not None and found.held


def test_a_folder_on_another_disk_is_held_and_a_link_within_it_is_not_followed(
    tmp_path: Path,
) -> None:
    data, disk = tmp_path / "var", tmp_path / "disk"
    (disk / "2026").mkdir(parents=True)
    data.mkdir()
    (data / "uploads").symlink_to(disk)
    (disk / "2026" / "a.pdf").touch()
    (disk / "b.pdf").symlink_to("/etc/passwd")
    assert list(files(data, Way.AFTER)) == ["uploads/2026/a.pdf"]


def test_the_public_key_has_a_row() -> None:
    found = kind_of(cli.PUBLIC)
    assert found is not None and found.held
