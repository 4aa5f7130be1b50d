"""What people send is what it says, does nothing by itself, and comes out as an attachment only."""

import hashlib
import re
import stat
import unicodedata
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from diemcau.audit.refusal import Refusal
from diemcau.guard.content import DOCUMENTS, TEXT
from diemcau.guard.names import LONGEST, harmless
from diemcau.guard.uploads import Held, Rules, Store

from . import files

RULES = Rules(largest=2_000_000, most=3, altogether=3_000_000)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "uploads")


def kept(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


GOOD = {
    "Quyết định.pdf": files.PDF,
    "Tờ trình.docx": files.office(),
    "Bảng.XLSX": files.office(
        main="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    ),
    "Sơ đồ.png": files.image("PNG"),
    "Sơ đồ mờ.png": files.image("PNG", mode="P", transparency=0),
    "Ảnh.jpeg": files.image("JPEG"),
    "Ảnh in.jpg": files.image("JPEG", mode="CMYK"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_document_is_kept_under_a_name_that_says_nothing(
    name: str, store: Store, tmp_path: Path
) -> None:
    stored = store.keep([GOOD[name]], name=name, rules=RULES)
    (path,) = kept(tmp_path)
    assert path.name == stored.key
    assert re.fullmatch("[0-9a-f]{32}", stored.key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert hashlib.sha256(path.read_bytes()).hexdigest() == stored.sha256
    assert path.stat().st_size == stored.size
    assert Path(stored.name).stem == unicodedata.normalize("NFC", Path(name).stem)


def test_the_folder_is_outside_everything_that_is_served() -> None:
    served = Path(__file__).parents[2] / "src"
    assert settings.UPLOADS_DIR.is_relative_to(settings.INSTALLATION.data_dir)
    assert not settings.UPLOADS_DIR.is_relative_to(served)


EXTERNAL = '<Relationship Id="1" Type="http://x/{}" Target="https://ke-xau.example/a" {}/>'
BAD = {
    "a program": ("a.pdf", b"MZ\x90\0" + b"\0" * 100, "file_kind"),
    "a script with a good name": ("a.pdf", b"#!/bin/sh\nrm -rf /\n", "file_kind"),
    "a page": ("a.pdf", b"<html><script>alert(1)</script>", "file_kind"),
    "a drawing that runs": ("a.png", b"<svg onload='alert(1)'/>", "file_kind"),
    "text with controls": ("a.txt", b"abc\x00\x1b[2J", "file_kind"),
    "an old office file": ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "file_kind"),
    "an archive": ("a.docx", files.archive([("a.txt", b"x")]), "file_kind"),
    "a moving picture": ("a.png", files.image("GIF", mode="P"), "file_kind"),
    "nothing": ("a.pdf", b"", "file_empty"),
    "another content than the name says": ("a.pdf", files.image("PNG"), "file_extension"),
    "a second extension": ("a.pdf.exe", files.PDF, "file_extension"),
    "no extension": ("a", files.PDF, "file_extension"),
    "half a PDF": ("a.pdf", b"%PDF-1.7\nabc", "file_damaged"),
    "a PDF behind something else": ("a.pdf", b"GIF89a" + files.PDF, "file_kind"),
    "a PDF with a script": (
        "a.pdf",
        files.pdf(b"<</S/JavaScript/JS(app.alert(1))>>"),
        "file_active",
    ),
    "a PDF with a short script": ("a.pdf", files.pdf(b"<</JS 3 0 R>>"), "file_active"),
    "a PDF with a hidden script": ("a.pdf", files.pdf(b"<</S/J#61vaScript>>"), "file_active"),
    "a PDF that starts a program": ("a.pdf", files.pdf(b"<</S/Launch/F(a.exe)>>"), "file_active"),
    "a PDF with a file in it": ("a.pdf", files.pdf(b"<</Type/EmbeddedFile>>"), "file_active"),
    "a PDF with a packed script": ("a.pdf", files.pdf_packed(b"<</S/JavaScript>>"), "file_active"),
    "a PDF with a packed and renamed script": (
        "a.pdf",
        files.pdf_packed(b"<</S/JavaScript>>", b"Obj#53tm"),
        "file_active",
    ),
    "a PDF packed in a way nobody looks into": (
        "a.pdf",
        files.pdf(b"<</Type/ObjStm/Filter/LZWDecode>>stream\nabc\nendstream "),
        "file_active",
    ),
    "a PDF with a password": ("a.pdf", files.pdf(b"<</Encrypt 5 0 R>>"), "file_locked"),
    "a PDF that unpacks without end": (
        "a.pdf",
        files.pdf_packed(b" " * 50_000_000),
        "file_too_large_inside",
    ),
    "a document with a macro": (
        "a.docx",
        files.office(("word/vbaProject.bin", b"x")),
        "file_active",
    ),
    "a document that says it has macros": (
        "a.docx",
        files.office(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        "file_active",
    ),
    "a document with a program": ("a.docx", files.office(("word/a.exe", b"MZ")), "file_active"),
    "a document with an archive": ("a.docx", files.office(("word/a.zip", b"PK")), "file_active"),
    "a document with an object": (
        "a.docx",
        files.office(("word/embeddings/oleObject1.bin", b"x")),
        "file_active",
    ),
    "a document that fetches its template": (
        "a.docx",
        files.office(rels=EXTERNAL.format("attachedTemplate", 'TargetMode="External"')),
        "file_active",
    ),
    "a document that fetches, spaced out": (
        "a.docx",
        files.office(rels=EXTERNAL.format("image", "TargetMode = 'external'")),
        "file_active",
    ),
    "a document with entities": (
        "a.docx",
        files.office(types='<!DOCTYPE a [<!ENTITY b "c">]><Types/>'),
        "file_damaged",
    ),
    "a document that climbs out": ("a.docx", files.office(("../../etc/x", b"x")), "file_damaged"),
    "a document at the root": ("a.docx", files.office(("/etc/x", b"x")), "file_damaged"),
    "a document with a link": ("a.docx", files.linked(), "file_damaged"),
    "a document with two tables": (
        "a.docx",
        files.office(("WORD/document.xml", b"x")),
        "file_damaged",
    ),
    "a document that unpacks without end": (
        "a.docx",
        files.office(("word/media/a.png", b"\0" * 30_000_000)),
        "file_too_large_inside",
    ),
    "a document of too many parts": (
        "a.docx",
        files.office(*((f"word/media/{n}.png", b"x") for n in range(2100))),
        "file_too_large_inside",
    ),
    "a document cut off": ("a.docx", files.office()[:-30], "file_damaged"),
    "a picture of too many points": (
        "a.png",
        files.huge_png(60_000, 60_000),
        "file_too_large_inside",
    ),
    "a picture too wide": ("a.png", files.huge_png(20_000, 10), "file_too_large_inside"),
    "a damaged picture": ("a.jpg", b"\xff\xd8\xff\xe0" + b"x" * 500, "file_damaged"),
    "too large": ("a.pdf", files.PDF + b" " * 2_000_000 + b"%%EOF", "file_too_large"),
}


@pytest.mark.requirement("LD-8.1")
@pytest.mark.parametrize("what", BAD)
def test_what_could_do_harm_is_refused_and_nothing_of_it_stays(
    what: str, store: Store, tmp_path: Path
) -> None:
    name, content, code = BAD[what]
    with pytest.raises(Refusal) as refused:
        store.keep([content], name=name, rules=RULES)
    assert refused.value.code == code
    assert refused.value.vi and refused.value.en
    assert kept(tmp_path) == []


def test_a_part_that_lies_about_its_size_is_not_unpacked(store: Store) -> None:
    with pytest.raises(Refusal) as refused:
        store.keep([files.lying(3_000_123)], name="a.docx", rules=RULES)
    assert refused.value.code in ("file_damaged", "file_too_large_inside")


def test_a_link_in_a_text_may_stay(store: Store) -> None:
    content = files.office(rels=EXTERNAL.format("hyperlink", 'TargetMode="External"'))
    assert store.keep([content], name="a.docx", rules=RULES).name == "a.docx"


def test_a_picture_loses_its_place_and_what_hangs_behind_it(store: Store, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (12.0, 13.0, 14.0)}
    exif[0x010F] = "May anh cua toi"
    content = files.image("JPEG", exif=exif) + b"<script>alert(1)</script>"
    store.keep([content], name="a.jpg", rules=RULES)
    (path,) = kept(tmp_path)
    assert b"script" not in path.read_bytes()
    assert b"May anh" not in path.read_bytes()
    with Image.open(path) as found:
        assert not found.getexif()
        assert found.size == (40, 30)


def test_a_thing_holds_only_so_many_files_and_so_much(store: Store) -> None:
    for held, code in ((Held(3, 100), "file_count"), (Held(1, 2_999_999), "file_too_large")):
        with pytest.raises(Refusal) as refused:
            store.keep([files.PDF], name="a.pdf", rules=RULES, held=held)
        assert refused.value.code == code


def test_a_stream_without_end_is_cut_off_where_it_is_too_large(
    store: Store, tmp_path: Path
) -> None:
    read = 0

    def endless():  # type: ignore[no-untyped-def]
        nonlocal read
        while True:
            read += 65_536
            yield b"x" * 65_536

    with pytest.raises(Refusal):
        store.keep(endless(), name="a.pdf", rules=RULES)
    assert read < 2_200_000
    assert kept(tmp_path) == []


def test_a_feature_takes_only_its_own_kinds(store: Store) -> None:
    with pytest.raises(Refusal):
        store.keep(["Họ,tên".encode()], name="a.csv", rules=RULES)
    only = Rules(kinds=(TEXT,))
    assert store.keep(["Họ,tên".encode()], name="a.csv", rules=only).name == "a.csv"
    with pytest.raises(Refusal) as refused:
        store.keep([files.PDF], name="a.pdf", rules=only)
    assert refused.value.vi == "Không nhận loại tệp này. Gửi TXT."
    assert TEXT not in DOCUMENTS


def test_of_several_files_all_are_kept_or_none(store: Store, tmp_path: Path) -> None:
    def sent(*contents: bytes) -> object:
        several = [SimpleUploadedFile("a.pdf", content) for content in contents]
        return RequestFactory().post("/", {"tep": several})

    assert len(store.receive(sent(files.PDF, files.PDF), "tep", rules=RULES)) == 2
    before = kept(tmp_path)
    with pytest.raises(Refusal):
        store.receive(sent(files.PDF, b"MZ"), "tep", rules=RULES)
    with pytest.raises(Refusal):
        store.receive(sent(*[files.PDF] * 4), "tep", rules=RULES)
    assert kept(tmp_path) == before


# ---------------------------------------------------------------- out again


def test_a_file_comes_out_as_an_attachment_and_nothing_else(store: Store) -> None:
    stored = store.keep([files.PDF], name='Kế hoạch "A".pdf', rules=RULES)
    answer = store.serve(stored)
    assert b"".join(answer.streaming_content) == files.PDF
    answer.close()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="K hoch A.pdf"; ')
    assert "filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch%20A.pdf" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "no-store" in answer["Cache-Control"]


def test_a_file_that_was_changed_meanwhile_is_not_handed_out(store: Store, tmp_path: Path) -> None:
    stored = store.keep([files.PDF], name="a.pdf", rules=RULES)
    (path,) = kept(tmp_path)
    path.write_bytes(files.PDF + b"x")
    with pytest.raises(Refusal):
        store.serve(stored)
    store.drop(stored.key)
    with pytest.raises(Refusal):
        store.serve(stored)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n"])
def test_a_key_that_is_none_opens_nothing(key: str, store: Store) -> None:
    with pytest.raises(ValueError, match="not a key"):
        store.drop(key)


# ---------------------------------------------------------------- names

NAMES = {
    "Quyết định 12.pdf": "Quyết định 12.pdf",
    unicodedata.normalize("NFD", "Quyết định.pdf"): "Quyết định.pdf",
    "../../etc/passwd.pdf": "passwd.pdf",
    "C:\\Users\\a\\b.pdf": "b.pdf",
    "a\r\nSet-Cookie: x=1.pdf": "aSet-Cookie x=1.pdf",
    "hoa\u202efdp.exe.pdf": "hoafdp.exe.pdf",
    "a\u200b\u2066\ufeffb.pdf": "ab.pdf",
    "....pdf": "tai-lieu.pdf",
    "": "tai-lieu.pdf",
    "con.pdf": "tai-lieu.pdf",
    '<img src="x">.pdf': "img src= x.pdf",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_made_harmless(name: str) -> None:
    assert harmless(name, ".pdf") == NAMES[name]


@given(st.text(max_size=300))
def test_no_name_holds_a_path_a_control_or_a_turn_of_direction(name: str) -> None:
    found = harmless(name, ".pdf")
    assert found.endswith(".pdf")
    assert 4 < len(found) <= LONGEST
    assert not any(unicodedata.category(c)[0] == "C" for c in found)
    assert not re.search(r'[/\\:*?"<>|\r\n]', found)
    assert found == unicodedata.normalize("NFC", found)
    assert not found.startswith((".", " "))
