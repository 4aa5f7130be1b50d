"""Keys, and what passes through them: the age format, public part here, private part elsewhere.

Source: the age file format (age-encryption.org/v1): X25519, ChaCha20-Poly1305 in chunks of
64 KiB, the last one marked, so that a cut or changed file is known as one.
"""

from __future__ import annotations

import io
import os
import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import pyrage

from diemcau.installation import Installation, InstallationError

T = TypeVar("T")

PUBLIC = "age1"
PRIVATE = "AGE-SECRET-KEY-"


class SealBroken(InstallationError):
    """The file cannot be opened: wrong key, changed, cut off, or no backup at all."""


def make_key() -> tuple[str, str]:
    """Return a new private key and its public part."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


class Key:
    """What a key file holds: public parts, and private keys if it holds those.

    Args:
        publics: for whom is sealed; any one of their private keys opens.
        privates: what opens.
    """

    def __init__(self, publics: Sequence[Any], privates: Sequence[Any]) -> None:
        self.publics = tuple(publics)
        self.privates = tuple(privates)

    def __repr__(self) -> str:
        return f"Key({', '.join(map(str, self.publics))})"


def read_key(path: Path, installation: Installation) -> Key:
    """Read a key file: one key a line, public or private; lines with "#" are remarks.

    Raises InstallationError for a file that cannot be used, a private key that others can read,
    and a private key inside the data folder, which would be lost and stolen together with it.
    """
    try:
        lines = path.read_text("ascii").splitlines()
        mode = stat.S_IMODE(path.stat().st_mode)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "không phải văn bản"
        raise InstallationError(
            f"Không đọc được tệp khóa {path} ({why}): tạo khóa bằng diemcau backup-key --to, hoặc "
            "chỉ đúng tệp bằng --key. (The key file cannot be read.)"
        ) from error
    publics: list[Any] = []
    privates: list[Any] = []
    for line in (line.strip() for line in lines):
        try:
            if line.startswith(PUBLIC):
                publics.append(pyrage.x25519.Recipient.from_str(line))
            elif line.startswith(PRIVATE):
                privates.append(pyrage.x25519.Identity.from_str(line))
            elif line and not line.startswith("#"):
                raise ValueError
        except (pyrage.RecipientError, pyrage.IdentityError, ValueError):
            # The line may be most of a private key: it is not repeated.
            raise InstallationError(
                f"Tệp {path} không phải tệp khóa: mỗi dòng là một khóa age1… hoặc "
                "AGE-SECRET-KEY-…. (This is no key file.)"
            ) from None
    if not publics and not privates:
        raise InstallationError(f"Tệp khóa {path} trống: tạo khóa mới. (The key file is empty.)")
    if mode & 0o022:
        raise InstallationError(
            f"{path} đang có quyền {mode:04o}, người khác đổi được khóa: chạy chmod go-w {path}. "
            "(Others can put their key here: run chmod go-w.)"
        )
    if privates:
        if path.resolve().is_relative_to(installation.data_dir.resolve()):
            raise InstallationError(
                f"Khóa riêng {path} nằm trong thư mục dữ liệu: chuyển sang máy khác, vì mất máy là "
                "mất cả khóa. (The private key must live outside the data folder.)"
            )
        if mode & 0o077:
            raise InstallationError(
                f"{path} đang có quyền {mode:04o}, người khác đọc được: chạy chmod 600 {path}. "
                "(Others can read this key: run chmod 600.)"
            )
    return Key([*publics, *(identity.to_public() for identity in privates)], privates)


class _Source(io.RawIOBase):
    """The reading end of a pipe that fails, instead of ending, when its feeder failed."""

    def __init__(self, end: BinaryIO, failed: list[BaseException]) -> None:
        self._end, self._failed = end, failed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._end.read(len(buffer))
        if not data and self._failed:
            raise OSError("feeder failed")
        buffer[: len(data)] = data
        return len(data)


class _Sink(io.RawIOBase):
    """Writes through, and keeps the error that the sealing library turns into a text."""

    def __init__(self, end: BinaryIO) -> None:
        self._end = end
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            self._end.write(data)
        except OSError as error:
            self.error = error
            raise
        return len(data)


def seal(pack: Callable[[BinaryIO], T], to: BinaryIO, key: Key) -> T:
    """Seal what ``pack`` writes and write it to ``to``; return what ``pack`` returned.

    Memory does not grow with the length. Raises what ``pack`` or ``to`` raised.
    """
    reading, writing = os.pipe()
    failed: list[BaseException] = []
    made: list[T] = []

    def feed() -> None:
        try:
            with os.fdopen(writing, "wb") as end:
                try:
                    made.append(pack(end))
                except BaseException as error:
                    # Known before the pipe ends: half of it is never sealed as if it were all.
                    failed.append(error)
                    raise
        except BaseException as error:
            if not failed:
                failed.append(error)

    sink = _Sink(to)
    feeder = threading.Thread(target=feed, name="pack")
    feeder.start()
    try:
        with os.fdopen(reading, "rb", buffering=0) as end:
            pyrage.encrypt_io(_Source(end, failed), sink, list(key.publics))
    except (pyrage.EncryptError, OSError):
        if sink.error is None and not failed:
            raise
    finally:
        feeder.join()
    if sink.error is not None:
        raise sink.error
    if failed:
        raise failed[0]
    return made[0]


def unseal(source: BinaryIO, key: Key, unpack: Callable[[BinaryIO], T]) -> T:
    """Open ``source`` and let ``unpack`` read it to the end; return what it returned.

    What ``unpack`` has read counts only when this returns: the last chunk says that it was all.
    Raises SealBroken, or what ``unpack`` raised.
    """
    reading, writing = os.pipe()
    failed: list[BaseException] = []
    ended_early = threading.Event()

    def feed() -> None:
        with os.fdopen(writing, "wb") as end:
            sink = _Sink(end)
            try:
                pyrage.decrypt_io(source, sink, list(key.privates))
            except (pyrage.DecryptError, OSError) as error:
                if sink.error is None:
                    failed.append(error)
                else:
                    ended_early.set()

    opener = threading.Thread(target=feed, name="unseal")
    opener.start()
    problem: BaseException | None = None
    result: list[T] = []
    try:
        with os.fdopen(reading, "rb") as end:
            result.append(unpack(end))
            while end.read(1 << 20):
                pass
    except BaseException as error:
        problem = error
    finally:
        opener.join()
    if failed:
        raise _broken(failed[0]) from None
    if problem is not None:
        raise problem
    return result[0]


def _broken(error: BaseException) -> SealBroken:
    words = str(error)
    if "No matching keys" in words:
        return SealBroken(
            "Khóa này không mở được bản sao lưu: dùng khóa riêng của khóa công khai đã dùng lúc "
            "sao lưu. (This key does not open the backup: use the private key of its public one.)"
        )
    if isinstance(error, pyrage.DecryptError):
        return SealBroken(
            "Tệp không phải bản sao lưu, hoặc phần đầu bị hỏng: chọn tệp khác. (This is no backup, "
            "or its beginning is damaged: choose another file.)"
        )
    return SealBroken(
        "Bản sao lưu bị cắt cụt hoặc bị sửa: lấy bản sao khác, so bằng sha256sum -c. (The backup "
        "is cut off or was changed: take another copy.)"
    )
