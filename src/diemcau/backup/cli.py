"""`diemcau backup-key`, `diemcau backup`, `diemcau restore`: what a person types and reads."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from diemcau.installation import Installation, InstallationError
from diemcau.supervisor.engine import write_private

from . import making, restoring
from .restoring import Ready
from .sealing import Key, make_key, read_key

PUBLIC = "backup.pub"
KEY_FILE = "BACKUP_KEY_FILE"
"""Read here only: no process of a running installation needs a key."""

SHOWN = ("accounts_user", "conference_conference", "conference_seat", "audit_event")
"""Tables whose counts are shown even when they do not differ."""


def _key_path(given: Path | None, installation: Installation) -> Path:
    if given is not None:
        return given.expanduser().absolute()
    if named := os.environ.get(KEY_FILE):
        return Path(named).expanduser().absolute()
    return installation.data_dir / PUBLIC


def backup_key(arguments: Sequence[str]) -> int:
    """Make a key pair: the private part goes to a file elsewhere, the public part stays here."""
    parser = argparse.ArgumentParser(prog="diemcau backup-key", description="Tạo khóa sao lưu.")
    parser.add_argument(
        "--to", type=Path, required=True, help="tệp khóa riêng, ngoài thư mục dữ liệu"
    )
    to = parser.parse_args(arguments).to.expanduser().absolute()
    installation = Installation.from_environ()
    installation.make_folders()
    if to.resolve().is_relative_to(installation.data_dir.resolve()):
        raise InstallationError(
            f"{to} nằm trong thư mục dữ liệu: chọn nơi khác, tốt nhất là USB hoặc máy khác. (The "
            "private key must live outside the data folder.)"
        )
    here = installation.data_dir / PUBLIC
    private, public = make_key()
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InstallationError(
            f"{to} đã có: chọn tên khác, không ghi đè khóa cũ. (The file exists: choose another.)"
        ) from None
    except OSError as error:
        raise InstallationError(
            f"Không ghi được {to} ({error.strerror}): chọn nơi khác. (The key cannot be written.)"
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"# diemcau {installation.province}, {datetime.now(UTC):%Y-%m-%d}\n")
        file.write(f"# public key: {public}\n{private}\n")
        file.flush()
        os.fsync(file.fileno())
    # An earlier public key stays: whoever holds that private key still opens later backups.
    earlier = here.read_text("ascii") if here.exists() else ""
    write_private(here, f"{earlier}{public}\n")
    print(f"Khóa riêng (private key): {to}")
    print(f"Khóa công khai (public key): {here}\n  {public}")
    if earlier:
        print("Khóa công khai trước vẫn được dùng kèm; xóa dòng đó trong tệp nếu khóa đã lộ.")
    print(
        "Chuyển khóa riêng sang máy khác và một bản cất trong két, rồi xóa khỏi máy này: không có "
        "khóa này thì không ai mở được bản sao lưu. (Keep the private key on another machine and "
        "remove it from this one: without it nobody opens a backup.)"
    )
    return 0


def backup(arguments: Sequence[str]) -> int:
    """Make a backup."""
    parser = argparse.ArgumentParser(prog="diemcau backup", description="Sao lưu khi đang chạy.")
    parser.add_argument("--to", type=Path, help="thư mục nhận bản sao lưu")
    parser.add_argument("--key", type=Path, help=f"tệp khóa; mặc định {KEY_FILE} hoặc {PUBLIC}")
    parser.add_argument("--keep", type=_at_least_one, help="giữ bao nhiêu bản mới nhất")
    given = parser.parse_args(arguments)
    installation = Installation.from_environ()
    key = read_key(_key_path(given.key, installation), installation)
    folder = (given.to or installation.data_dir / "backup").expanduser().absolute()
    begun = time.monotonic()
    made = making.make(installation, key=key, folder=folder, now=datetime.now(UTC), keep=given.keep)
    print(f"✓ {made.file}")
    print(f"  {made.size / 1024**2:.1f} MB, {time.monotonic() - begun:.1f} s".replace(".", ","))
    print(f"  SHA-256 {made.sha256}")
    print(f"  {made.manifest.audit.count} sự kiện, {len(made.manifest.parts)} phần (events, parts)")
    if made.verified:
        print("  Đã mở lại bằng khóa riêng, mọi phần khớp (opened again, every part agrees)")
        print(
            "  Khóa riêng đang ở máy này: cất ở máy khác, ở đây chỉ cần khóa công khai. (Keep the "
            "private key elsewhere.)"
        )
    else:
        print("  Đã đọc lại, mã băm khớp (read back, the digest agrees)")
    for path in made.removed:
        print(f"  Đã xóa bản cũ {path.name} (removed)")
    return 0


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("giữ ít nhất 1 bản (keep at least 1)")
    return number


def restore(arguments: Sequence[str]) -> int:
    """Restore a backup into this installation."""
    parser = argparse.ArgumentParser(prog="diemcau restore", description="Phục hồi từ bản sao lưu.")
    parser.add_argument("file", type=Path, help="bản sao lưu")
    parser.add_argument("--key", type=Path, help=f"tệp khóa riêng; mặc định {KEY_FILE}")
    parser.add_argument("--yes", action="store_true", help="không hỏi lại")
    parser.add_argument(
        "--replace", action="store_true", help="chuyển dữ liệu đang có sang một bên"
    )
    given = parser.parse_args(arguments)
    installation = Installation.from_environ()
    key: Key = read_key(_key_path(given.key, installation), installation)
    begun = time.monotonic()

    def confirm(ready: Ready) -> bool:
        _show(ready)
        if given.yes:
            return True
        if not sys.stdin.isatty():
            raise InstallationError(
                "Không có ai để hỏi: thêm --yes nếu chắc chắn. (Nobody to ask: add --yes.)"
            )
        return input("Thay dữ liệu bằng bản này? Gõ co để đồng ý (type co): ").strip() == "co"

    done = restoring.restore(
        installation,
        file=given.file.expanduser().absolute(),
        key=key,
        replace_data=given.replace,
        now=datetime.now(UTC),
        confirm=confirm,
    )
    if done is None:
        print("Không thay đổi gì (nothing was changed)")
        return 1
    print(f"✓ Đã phục hồi sau {time.monotonic() - begun:.1f} s (restored)".replace(".", ",", 1))
    if done.aside is not None:
        print(f"  Dữ liệu cũ ở {done.aside} (the old data)")
    if done.database_aside is not None:
        print(f"  Cơ sở dữ liệu cũ: {done.database_aside} (the old database)")
    print("  Mọi người đăng nhập lại; khóa máy chủ hình ảnh đã tạo mới. Chạy diemcau up (start).")
    return 0


def _show(ready: Ready) -> None:
    head = ready.manifest.head
    print(f"Bản sao lưu {head.province}, lúc {head.made_at}, diemcau {head.version}")
    print("Lúc sao lưu dùng: " + " ".join(f"{n}={v}" for n, v in sorted(head.settings.items())))
    print(f"{'Bảng (table)':<36}{'đang có':>10}{'sao lưu':>10}{'sẽ có':>10}")
    before = ready.before.counts if ready.before else {}
    saved, after = ready.manifest.counts, ready.after.counts
    for table in sorted({*before, *saved, *after}):
        row = [counts.get(table, 0) for counts in (before, saved, after)]
        if table in SHOWN or len(set(row)) > 1:
            print(f"{table:<36}{row[0]:>10}{row[1]:>10}{row[2]:>10}")
    for model, number in sorted(ready.voided.items()):
        print(f"Hết hiệu lực (void): {model} {number}")
    for number, title in ready.open:
        print(f"Vẫn mở, điểm cầu vào lại (stays open): {number} {title}")
    for number, title in ready.closed:
        print(f"Đã qua, đóng lại (over, closed): {number} {title}")
