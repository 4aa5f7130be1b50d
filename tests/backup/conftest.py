"""An installation with its directory loaded, and a key that lives elsewhere."""

import shutil
from pathlib import Path

import pytest

from diemcau.backup.sealing import Key
from diemcau.installation import Installation
from tests.backup.house import key_in, new_database, new_installation, prepare


@pytest.fixture(scope="session")
def model_house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation that is prepared once and copied for each test."""
    return prepare(new_installation(tmp_path_factory.mktemp("model") / "var"))


@pytest.fixture
def house(model_house: Installation, tmp_path: Path) -> Installation:
    """A prepared installation of Lâm Đồng with secrets of its own."""
    made = new_installation(tmp_path / "var", database_url=new_database(model_house.database_url))
    made.make_folders()
    if made.database_url is None:
        shutil.copy(model_house.database_path, made.database_path)
    _ = made.secrets
    return made


@pytest.fixture
def key(tmp_path: Path, house: Installation) -> Key:
    """A private key outside the data folder."""
    return key_in(tmp_path, house)
