"""Files of every kind, good and bad, made on the spot."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    '<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="{}"/></Types>'
)


def pdf(inside: bytes) -> bytes:
    return PDF.replace(b"endobj", b"endobj\n2 0 obj" + inside + b"endobj")


def pdf_packed(inside: bytes, name: bytes = b"ObjStm") -> bytes:
    packed = zlib.compress(inside)
    return pdf(b"<</Type/" + name + b"/Filter/FlateDecode>>stream\n" + packed + b"\nendstream ")


def office(
    *more: tuple[str, bytes], main: str = _MAIN, types: str | None = None, rels: str = ""
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES.format(main) if types is None else types)
        packed.writestr("word/document.xml", "<w:document/>")
        packed.writestr("word/_rels/document.xml.rels", f"<Relationships>{rels}</Relationships>")
        for name, content in more:
            packed.writestr(name, content)
    return out.getvalue()


def archive(entries: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def linked() -> bytes:
    """A document with a part that is a link to elsewhere."""
    out = io.BytesIO(office())
    with zipfile.ZipFile(out, "a") as packed:
        entry = zipfile.ZipInfo("word/media/image1.png")
        entry.external_attr = 0o120777 << 16
        packed.writestr(entry, "/etc/passwd")
    return out.getvalue()


def lying(size: int) -> bytes:
    """A document with a part that says it is small and is not."""
    content = office(("word/media/image1.png", b"\0" * size))
    says = struct.pack("<I", size)
    assert content.count(says) == 2  # where the part begins, and in the table at the end
    return content.replace(says, struct.pack("<I", 10))


def image(form: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode in "1LP" else None).save(out, form, **more)
    return out.getvalue()


def huge_png(wide: int, high: int) -> bytes:
    """A picture that says it is huge, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
