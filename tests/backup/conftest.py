"""An installation with its directory loaded, and a key that lives elsewhere."""

from pathlib import Path

import pytest

from diemcau.backup.sealing import Key
from diemcau.installation import Installation
from tests.backup.house import key_in, new_installation, prepare


@pytest.fixture
def house(tmp_path: Path) -> Installation:
    """A prepared installation of Lâm Đồng."""
    return prepare(new_installation(tmp_path / "var"))


@pytest.fixture
def key(tmp_path: Path, house: Installation) -> Key:
    """A private key outside the data folder."""
    return key_in(tmp_path, house)
