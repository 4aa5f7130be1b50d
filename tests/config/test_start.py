"""Making the database ready, and the first links."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from diemcau.conference.models import Conference
from diemcau.config.first_links import links
from diemcau.config.worker import _Nudges
from diemcau.directory import services, source
from diemcau.directory.models import ControlCentre, Organisation, Site, Technician
from diemcau.installation import ROOT, Installation


def run(module: str, installation: Installation) -> str:
    """Run a module as the supervisor does; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        env=installation.child_environ(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_a_new_installation_is_made_ready_in_silence_and_gives_four_links(tmp_path: Path) -> None:
    installation = Installation(data_dir=tmp_path / "var", province="khanh-hoa")
    assert run("diemcau.config.prepare", installation) == ""
    assert run("diemcau.config.prepare", installation) == "", "twice is once"
    made = json.loads(run("diemcau.config.first_links", installation))
    # Khánh Hòa knows no operator of a host site: the central site has a site operator.
    roles = ["control_operator", "site_operator", "site_operator", "site_operator"]
    assert [link["role"] for link in made] == roles
    assert len({link["path"] for link in made}) == 4
    assert "Văn phòng UBND tỉnh" in made[1]["label"]


@pytest.fixture
def loaded(db: None) -> source.Province:
    """The directory of Khánh Hòa in the database."""
    province = source.load_directory("khanh-hoa")
    services.load(province)
    return province


def test_loading_the_directory_again_changes_nothing_and_keeps_a_technician(
    loaded: source.Province,
) -> None:
    Technician.objects.filter(site__number=2).update(name="Người mới", phone="0900 000 111")
    ControlCentre.objects.update(technician="Trực ban mới", phone="0900 000 222")
    before = list(Organisation.objects.values()), list(Site.objects.values())
    services.load(loaded)
    assert ControlCentre.objects.get().phone == "0900 000 222"
    assert (list(Organisation.objects.values()), list(Site.objects.values())) == before
    assert Technician.objects.get(site__number=2).name == "Người mới"
    assert Site.objects.count() == 9


def test_the_first_links_sign_in_and_lead_to_one_open_drill(
    loaded: source.Province, settings
) -> None:
    settings.PROVINCE = "khanh-hoa"
    first = links()
    drill = Conference.objects.get()
    assert (drill.is_drill, drill.state) == (True, "joining")
    for link in first:
        client = Client()
        assert client.post(link["path"]).status_code == 302
        assert drill.title in client.get("/").text
    links()
    assert Conference.objects.count() == 1


def test_a_nudge_is_a_number_and_nothing_else() -> None:
    import asyncio

    queue: asyncio.Queue[int] = asyncio.Queue()
    port = _Nudges(queue)
    for datagram in (b"12", b"", b"-1", b"x", b"1 2", b"9" * 40, "١".encode()):
        port.datagram_received(datagram, ("127.0.0.1", 1))
    assert [queue.get_nowait() for _ in range(queue.qsize())] == [12]
