"""What a file really is: told by its content, and refused where it could do something by itself.

Pure but for reading the file. An image is decoded and written anew; a document is kept as it is
when nothing in it runs, fetches or unpacks beyond measure.
"""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps

from diemcau.audit.refusal import Refusal

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 16_000
MOST_ENTRIES = 2_000
MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes of all parts of a document together, as it says itself and as they are read."""

MOST_RATIO = 250
"""Packed to unpacked, of a part larger than RATIO_FROM; the XML of an office reaches about 50."""

RATIO_FROM = 1024 * 1024
PART = 4 * 1024 * 1024
"""Bytes of a part that is looked into."""


class Kind(NamedTuple):
    """A kind of file that is taken.

    Args:
        extension: what its name ends in, with the dot.
        media_type: what it is served as.
        also: other extensions by which people know it.
    """

    extension: str
    media_type: str
    also: tuple[str, ...] = ()


_OOXML = "application/vnd.openxmlformats-officedocument."
PDF = Kind(".pdf", "application/pdf")
DOCX = Kind(".docx", _OOXML + "wordprocessingml.document")
XLSX = Kind(".xlsx", _OOXML + "spreadsheetml.sheet")
PPTX = Kind(".pptx", _OOXML + "presentationml.presentation")
PNG = Kind(".png", "image/png")
JPEG = Kind(".jpg", "image/jpeg", (".jpeg",))
TEXT = Kind(".txt", "text/plain; charset=utf-8", (".csv",))

DOCUMENTS = (PDF, DOCX, XLSX, PPTX, PNG, JPEG)
"""What people attach. Older office files, archives and programs are not among it."""


@dataclass(frozen=True)
class Examined:
    """The result: the kind, and the content to be kept where it was written anew."""

    kind: Kind
    rewritten: bytes | None = None


def examine(path: Path) -> Examined:
    """Return what the file is. Raises Refusal, which says what to do, for anything doubtful."""
    with path.open("rb") as file:
        head = file.read(16)
    for start, look in _BEGINNINGS:
        if head.startswith(start):
            return look(path)
    return _text(path)


def _refused(code: str, vi: str, en: str) -> Refusal:
    return Refusal(code, vi, en)


def _not_taken() -> Refusal:
    return _refused(
        "file_kind",
        "Không nhận loại tệp này. Gửi PDF, DOCX, XLSX, PPTX, PNG hoặc JPEG.",
        "This kind of file is not taken. Send PDF, DOCX, XLSX, PPTX, PNG or JPEG.",
    )


def _damaged() -> Refusal:
    return _refused(
        "file_damaged",
        "Tệp hỏng hoặc không đúng định dạng. Lưu lại rồi gửi lại.",
        "The file is damaged or not what it says. Save it again and send it again.",
    )


def _active(what: str) -> Refusal:
    return _refused(
        "file_active",
        f"Tệp chứa nội dung tự chạy ({what}). Lưu lại không kèm nội dung đó, hoặc xuất PDF.",
        f"The file holds active content ({what}). Save it without, or export a PDF.",
    )


def _bomb() -> Refusal:
    return _refused(
        "file_too_large_inside",
        "Nội dung bên trong tệp quá lớn. Chia nhỏ hoặc giảm kích thước rồi gửi lại.",
        "What is inside the file is too large. Split it or make it smaller, then send it again.",
    )


# ---------------------------------------------------------------- images


def _image(path: Path) -> Examined:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG")) as image:
                wide, high = image.size
                if wide * high > MOST_PIXELS or max(wide, high) > LONGEST_SIDE:
                    raise _bomb()
                kind = PNG if image.format == "PNG" else JPEG
                upright = ImageOps.exif_transpose(image)
                keeps = upright.mode in (("RGB", "RGBA", "L") if kind is PNG else ("RGB", "L"))
                clear = kind is PNG and "transparency" in upright.info
                mode = "RGBA" if clear else "RGB"
                plain = upright if keeps and not clear else upright.convert(mode)
                # A new image: nothing but the pixels goes along, no place and no device.
                fresh = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    except Refusal:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _bomb() from None
    except Exception:  # a decoder may fail in any way on a made-up file
        raise _damaged() from None
    out = io.BytesIO()
    if kind is PNG:
        fresh.save(out, "PNG")
    else:
        fresh.save(out, "JPEG", quality=90)
    return Examined(kind, out.getvalue())


# ---------------------------------------------------------------- PDF

_PDF_ACTIVE = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|GoToE|ImportData|SubmitForm)(?![A-Za-z])"
    # Short names stand in packed pictures by chance: what follows them tells them apart.
    rb"|/(JS|XFA)\s*(?:[(<\[]|\d+\s+\d+\s+R)"
)
_PDF_LOCKED = re.compile(rb"/Encrypt\s*(?:<<|\d+\s+\d+\s+R)")
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


def _named(name: str) -> bytes:
    """A pattern for a name of PDF, each of whose letters may be written as a number."""
    return b"/" + b"".join(rb"(?:%c|#%02x|#%02X)" % (ord(c), ord(c), ord(c)) for c in name)


_PDF_PACKED = re.compile(_named("ObjStm") + rb".{0,400}?stream\r?\n", re.DOTALL)
_PDF_FILTER = re.compile(rb"/Filter\s*\[?\s*/(\w+)(\s*/)?")


def _pdf(path: Path) -> Examined:
    content = path.read_bytes()
    if b"%%EOF" not in content[-2048:]:
        raise _damaged()
    for part in _pdf_parts(content):
        plain = _PDF_ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), part)
        if named := _PDF_ACTIVE.search(plain):
            raise _active((named[1] or named[2]).decode("ascii"))
        if _PDF_LOCKED.search(plain):
            raise _refused(
                "file_locked",
                "Tệp PDF có mật khẩu nên không kiểm tra được. Bỏ mật khẩu rồi gửi lại.",
                "The PDF has a password and cannot be examined. Remove it, then send it again.",
            )
    return Examined(PDF)


def _pdf_parts(content: bytes) -> Iterator[bytes]:
    """The file itself, and the objects in it that are packed together."""
    yield content
    unpacked = 0
    whole = memoryview(content)
    for found in _PDF_PACKED.finditer(content):
        filters = _PDF_FILTER.search(found[0])
        if filters is None:
            continue  # not packed: it was looked at with the file
        if filters[1] not in (b"FlateDecode", b"Fl") or filters[2]:
            raise _active("packed")
        inflate = zlib.decompressobj()
        try:
            part = inflate.decompress(whole[found.end() : found.end() + PART], PART)
        except zlib.error:
            raise _damaged() from None
        unpacked += len(part)
        if len(part) >= PART or unpacked > MOST_UNPACKED:
            raise _bomb()
        yield part


# ---------------------------------------------------------------- office documents

_MAIN = {
    _OOXML + "wordprocessingml.document.main+xml": DOCX,
    _OOXML + "spreadsheetml.sheet.main+xml": XLSX,
    _OOXML + "presentationml.presentation.main+xml": PPTX,
    _OOXML + "presentationml.slideshow.main+xml": PPTX,
}
_PART_ACTIVE = re.compile(
    r"vbaProject|vbaData|activeX|oleObject|macrosheets?|customUI|\.(bin|exe|dll|js|vbs|hta|lnk|jar"
    r"|zip|rar|7z|gz|tar|iso|docm|xlsm|pptm|html?|svg)$",
    re.IGNORECASE,
)
_PART_BINARY_KEPT = re.compile(r"^(xl|word|ppt)/(printerSettings/[\w.]+\.bin|calcChain\.bin)$")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>", re.DOTALL)


def _office(path: Path) -> Examined:
    try:
        with zipfile.ZipFile(path) as packed:
            _measure(packed.infolist())
            types = _read(packed, "[Content_Types].xml")
            if "macroenabled" in types.lower():
                raise _active("macro")
            for name in packed.namelist():
                if name.endswith(".rels"):
                    _local(_read(packed, name))
            kind = next((kind for main, kind in _MAIN.items() if f'"{main}"' in types), None)
            if kind is None:
                raise _not_taken()
            unpacked = sum(_unpacked(packed, entry) for entry in packed.infolist())
            if unpacked > MOST_UNPACKED:
                raise _bomb()
    except Refusal:
        raise
    except Exception:  # zipfile fails in many ways on a made-up file
        raise _damaged() from None
    return Examined(kind)


def _measure(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_UNPACKED:
        raise _bomb()
    names = [entry.filename for entry in entries]
    if "[Content_Types].xml" not in names:
        raise _not_taken()  # an archive
    if len({name.lower() for name in names}) != len(names):
        raise _damaged()  # two readers would see two documents
    for entry in entries:
        name = entry.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
            raise _damaged()
        if (entry.external_attr >> 16) & 0o170000 == 0o120000 or entry.flag_bits & 0x1:
            raise _damaged()  # a link to elsewhere, or enciphered
        if _PART_ACTIVE.search(name) and not _PART_BINARY_KEPT.match(name):
            raise _active(name.rsplit("/", 1)[-1][:40])
        packed = max(entry.compress_size, 1)
        if entry.file_size > RATIO_FROM and entry.file_size / packed > MOST_RATIO:
            raise _bomb()


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Read a part to its end, without keeping it: its own word about its size is not enough."""
    size = 0
    with packed.open(entry) as part:
        while chunk := part.read(64 * 1024):
            size += len(chunk)
            if size > max(entry.file_size, RATIO_FROM):
                raise _bomb()
    return size


def _read(packed: zipfile.ZipFile, name: str) -> str:
    with packed.open(name) as part:
        content = part.read(PART + 1)
    if len(content) > PART:
        raise _bomb()
    text = content.decode("utf-8-sig")
    if "<!DOCTYPE" in text or "<!ENTITY" in text or "\x00" in text:
        raise _damaged()
    return text


def _local(relations: str) -> None:
    """Refuse what fetches a template, a picture or data from elsewhere when it is opened."""
    for relation in _RELATION.findall(relations):
        if re.search(r"TargetMode\s*=\s*[\"']External", relation, re.IGNORECASE) and not re.search(
            r"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", relation
        ):
            raise _active("external")


# ---------------------------------------------------------------- text


def _text(path: Path) -> Examined:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_taken() from None
    if not text.strip() or any(ord(c) < 32 and c not in "\t\r\n" for c in text):
        raise _not_taken()
    return Examined(TEXT)


_BEGINNINGS: tuple[tuple[bytes, Callable[[Path], Examined]], ...] = (
    (b"%PDF-", _pdf),
    (b"PK\x03\x04", _office),
    (b"\x89PNG\r\n\x1a\n", _image),
    (b"\xff\xd8\xff", _image),
)
"""The beginning decides who looks further. It stands at the first byte, or it does not count."""
