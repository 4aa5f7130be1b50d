"""What cannot be opened is refused with a sentence; memory does not grow with the length."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from diemcau.backup.sealing import Key, SealBroken, make_key, read_key, seal, unseal
from diemcau.installation import Installation, InstallationError

CHUNK = 65536 + 16
"""Of the age format: 64 KiB and their proof."""


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    (tmp_path / "var").mkdir()
    return Installation(data_dir=tmp_path / "var")


def key_at(path: Path, home: Installation, text: str | None = None, mode: int = 0o600) -> Key:
    path.write_text(make_key()[0] if text is None else text)
    path.chmod(mode)
    return read_key(path, home)


def sealed(key: Key, data: bytes) -> bytes:
    to = io.BytesIO()
    seal(lambda inner: inner.write(data), to, key)
    return to.getvalue()


def opened(key: Key, data: bytes) -> bytes:
    return unseal(io.BytesIO(data), key, lambda inner: inner.read())


@pytest.mark.parametrize("length", [0, 1, 65536, 65537, 3_000_000])
def test_what_was_sealed_opens_with_the_private_key(
    tmp_path: Path, home: Installation, length: int
) -> None:
    key = key_at(tmp_path / "key", home)
    data = bytes(range(256)) * (length // 256 + 1)
    assert opened(key, sealed(key, data[:length])) == data[:length]


def test_the_public_part_seals_and_does_not_open(tmp_path: Path, home: Installation) -> None:
    private, public = make_key()
    server = key_at(home.data_dir / "backup.pub", home, public, 0o644)
    assert server.privates == ()
    assert opened(key_at(tmp_path / "key", home, private), sealed(server, b"so sach")) == b"so sach"


def test_two_people_can_each_open_what_is_sealed_for_both(
    tmp_path: Path, home: Installation
) -> None:
    (lan, lan_public), (minh, minh_public) = make_key(), make_key()
    both = key_at(home.data_dir / "backup.pub", home, f"# hai nguoi\n{lan_public}\n{minh_public}\n")
    data = sealed(both, b"so sach")
    for one in (lan, minh):
        assert opened(key_at(tmp_path / "key", home, one), data) == b"so sach"


def first_chunk(data: bytes) -> int:
    return data.index(b"\n", data.index(b"\n--- ") + 1) + 1 + 16


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut in a chunk": lambda d: d[: first_chunk(d) + 1000],
    "cut between two chunks": lambda d: d[: first_chunk(d) + CHUNK],
    "without its last byte": lambda d: d[:-1],
    "one bit in the middle": lambda d: (
        d[: len(d) // 2] + bytes([d[len(d) // 2] ^ 1]) + d[len(d) // 2 + 1 :]
    ),
    "something added": lambda d: d + b"x",
    "chunks exchanged": lambda d: (
        d[: (f := first_chunk(d))]
        + d[f + CHUNK : f + 2 * CHUNK]
        + d[f : f + CHUNK]
        + d[f + 2 * CHUNK :]
    ),
    "only the beginning": lambda d: d[:30],
    "nothing": lambda d: b"",
    "something else": lambda d: b"PK" + d,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused(tmp_path: Path, home: Installation, damage: str) -> None:
    key = key_at(tmp_path / "key", home)
    with pytest.raises(SealBroken) as refused:
        opened(key, DAMAGES[damage](sealed(key, bytes(300_000))))
    assert str(refused.value).count(". (") == 1


def test_another_key_is_refused_and_says_so(tmp_path: Path, home: Installation) -> None:
    data = sealed(key_at(tmp_path / "key", home), b"x")
    with pytest.raises(SealBroken, match="Khóa này không mở được"):
        opened(key_at(tmp_path / "other", home), data)


def test_what_fails_while_packing_is_never_a_whole_file(tmp_path: Path, home: Installation) -> None:
    key, to = key_at(tmp_path / "key", home), io.BytesIO()

    def pack(inner: BinaryIO) -> None:
        inner.write(bytes(200_000))
        raise KeyError("mất")

    with pytest.raises(KeyError):
        seal(pack, to, key)
    with pytest.raises(SealBroken):
        opened(key, to.getvalue())


def test_a_refusal_of_the_reader_is_what_is_told(tmp_path: Path, home: Installation) -> None:
    key = key_at(tmp_path / "key", home)

    def unpack(inner: BinaryIO) -> None:
        inner.read(10)
        raise InstallationError("quá mới")

    with pytest.raises(InstallationError, match="quá mới"):
        unseal(io.BytesIO(sealed(key, bytes(3_000_000))), key, unpack)


def test_a_private_key_in_the_data_folder_is_refused(home: Installation) -> None:
    with pytest.raises(InstallationError, match="thư mục dữ liệu"):
        key_at(home.data_dir / "key", home)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_private_key_that_others_can_read_is_refused(
    tmp_path: Path, home: Installation, mode: int
) -> None:
    with pytest.raises(InstallationError, match="chmod 600"):
        key_at(tmp_path / "key", home, mode=mode)


def test_a_public_key_that_others_can_exchange_is_refused(home: Installation) -> None:
    with pytest.raises(InstallationError, match="go-w"):
        key_at(home.data_dir / "backup.pub", home, make_key()[1], 0o666)


def test_a_file_that_is_no_key_is_refused_without_repeating_it(
    tmp_path: Path, home: Installation
) -> None:
    private = make_key()[0]
    for text in ("", "# gi do\n", private[:-1], "mat khau"):
        with pytest.raises(InstallationError) as refused:
            key_at(tmp_path / "key", home, text)
        assert private[:30] not in str(refused.value)
    with pytest.raises(InstallationError, match="Không đọc được"):
        read_key(tmp_path / "khong-co", home)


LARGE = """
import resource, sys
from pathlib import Path
from diemcau.backup.sealing import read_key, seal, unseal
from diemcau.installation import Installation
key = read_key(Path(sys.argv[1]), Installation(data_dir=Path("/nowhere")))
block = bytes(1 << 20)
def pack(to):
    for _ in range(int(sys.argv[3])):
        to.write(block)
with open(sys.argv[2], "wb") as to:
    seal(pack, to, key)
def unpack(source):
    total = 0
    while data := source.read(1 << 20):
        total += len(data)
    return total
with open(sys.argv[2], "rb") as source:
    assert unseal(source, key, unpack) == int(sys.argv[3]) << 20
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_length(tmp_path: Path, home: Installation) -> None:
    key_at(tmp_path / "key", home)

    def most(megabytes: int) -> int:
        words = [str(tmp_path / "key"), str(tmp_path / "sealed"), str(megabytes)]
        done = subprocess.run(
            [sys.executable, "-c", LARGE, *words], capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    assert most(256) - most(8) < 16 * 1024
