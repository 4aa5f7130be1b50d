"""Files that people send: the one way in, and the one way out again.

Nothing else in this program may touch ``request.FILES`` or serve a file that somebody sent
(tests/security/test_seams.py). A file is streamed into a folder outside everything that is
served, measured meanwhile, told by its content, named by nobody, and handed out as an attachment.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest

from diemcau.audit.refusal import Refusal

from .content import DOCUMENTS, Kind, examine
from .names import harmless

MB = 1024 * 1024


@dataclass(frozen=True)
class Rules:
    """What a feature takes.

    Args:
        kinds: kinds of file.
        largest: bytes of one file.
        most: files that one thing (a conference, an agenda item) may hold.
        altogether: bytes of all of them.
    """

    kinds: Sequence[Kind] = DOCUMENTS
    largest: int = 50 * MB
    most: int = 20
    altogether: int = 300 * MB


@dataclass(frozen=True)
class Held:
    """What the thing holds already; asked under its lock, so that two uploads are not both last."""

    files: int = 0
    size: int = 0


@dataclass(frozen=True)
class Stored:
    """A kept file, as the feature records it.

    Args:
        key: under which it lies; random, says nothing about it.
        sha256: of the bytes that lie there.
        size: in bytes.
        name: harmless name for people.
        media_type: what it is served as.
    """

    key: str
    sha256: str
    size: int
    name: str
    media_type: str


class Store:
    """The folder of kept files.

    Args:
        root: below the data folder, never below anything that is served.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(
        self, chunks: Iterable[bytes], *, name: str, rules: Rules, held: Held | None = None
    ) -> Stored:
        """Keep a file and return what to record of it.

        Args:
            chunks: the content as it comes.
            name: as the browser sent it.
            rules: what the feature takes.
            held: what the thing holds already.

        Raises Refusal, which says what to do; then nothing is kept.
        """
        held = held or Held()
        if held.files >= rules.most:
            raise Refusal(
                "file_count",
                f"Đã đủ {rules.most} tệp. Xóa bớt rồi gửi lại.",
                f"There are {rules.most} files already. Remove some, then send it again.",
            )
        room = min(rules.largest, rules.altogether - held.size)
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._root / f".{secrets.token_hex(16)}"
        try:
            _write(draft, chunks, room)
            found = examine(draft)
            if found.kind not in rules.kinds:
                raise _kinds(rules)
            given = Path(name).suffix.lower()
            if given not in (found.kind.extension, *found.kind.also):
                raise Refusal(
                    "file_extension",
                    f"Nội dung tệp là {found.kind.extension}, tên tệp lại khác. Đổi tên cho đúng.",
                    f"The content is {found.kind.extension}, the name says otherwise. Rename it.",
                )
            if found.rewritten is not None:
                draft.unlink()
                _write(draft, [found.rewritten], room)
            key = secrets.token_hex(16)
            path = self._path(key)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            digest, size = _digest(draft)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        extension = given if given in found.kind.also else found.kind.extension
        return Stored(key, digest, size, harmless(name, extension), found.kind.media_type)

    def receive(
        self, request: HttpRequest, field: str, *, rules: Rules, held: Held | None = None
    ) -> list[Stored]:
        """Keep the files of a form's field; all of them or none. Raises Refusal."""
        kept: list[Stored] = []
        held = held or Held()
        try:
            for file in request.FILES.getlist(field):
                assert isinstance(file, UploadedFile)
                now = Held(held.files + len(kept), held.size + sum(one.size for one in kept))
                kept.append(self.keep(file.chunks(), name=file.name or "", rules=rules, held=now))
        except BaseException:
            for one in kept:
                self.drop(one.key)
            raise
        return kept

    def serve(self, stored: Stored) -> FileResponse:
        """Return the file as an attachment that no browser shows, runs or guesses about.

        Raises Refusal when the content is no longer what was kept.
        """
        path = self._path(stored.key)
        if not path.is_file() or _digest(path)[0] != stored.sha256:
            raise Refusal(
                "file_lost",
                "Tệp không còn nguyên vẹn. Báo quản trị để lấy từ bản sao lưu.",
                "The file is no longer whole. Tell the administrator to restore it.",
            )
        answer = FileResponse(path.open("rb"), content_type=stored.media_type)
        # Both forms of RFC 6266: the plain one holds no character that could end it.
        plain = stored.name.encode("ascii", "ignore").decode().translate(_QUOTED)
        answer["Content-Disposition"] = (
            f'attachment; filename="{plain or "tai-lieu"}"; '
            f"filename*=UTF-8''{quote(stored.name, safe='')}"
        )
        answer["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cross-Origin-Resource-Policy"] = "same-origin"
        answer["Cache-Control"] = "private, no-store"
        return answer

    def drop(self, key: str) -> None:
        """Remove a file; one that is not there is removed already."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if len(key) != 32 or any(c not in "0123456789abcdef" for c in key):
            raise ValueError("not a key of this store")
        return self._root / key[:2] / key


_QUOTED = str.maketrans({'"': "", "\\": "", "\r": "", "\n": ""})


def _kinds(rules: Rules) -> Refusal:
    names = ", ".join(kind.extension.removeprefix(".").upper() for kind in rules.kinds)
    return Refusal(
        "file_kind",
        f"Không nhận loại tệp này. Gửi {names}.",
        f"This kind of file is not taken. Send {names}.",
    )


def _write(path: Path, chunks: Iterable[bytes], room: int) -> None:
    """Write a file that only its owner reads, and stop where it grows too large."""
    written = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            written += len(chunk)
            if written > room:
                raise Refusal(
                    "file_too_large",
                    f"Tệp quá lớn, tối đa {max(room, 0) // MB} MB. Giảm kích thước rồi gửi lại.",
                    f"The file is too large, {max(room, 0) // MB} MB at most. Make it smaller.",
                )
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if written == 0:
        raise Refusal(
            "file_empty", "Tệp trống. Chọn tệp khác.", "The file is empty. Choose another."
        )


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256")
        return found.hexdigest(), file.tell()
