"""A wrong profile is refused with file, key and fault."""

import shutil
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from diemcau.regulation import (
    PROFILES,
    ProfileInvalid,
    load_profile,
    load_profile_file,
    load_profiles,
)

GOOD = (Path(__file__).parent / "made_up.toml").read_text(encoding="utf-8")


def problems_of(text: str, folder: Path) -> list[str]:
    path = folder / "song-mo.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileInvalid) as caught:
        load_profile_file(path)
    return [str(problem) for problem in caught.value.problems]


def changed(before: str, after: str) -> str:
    assert before in GOOD
    return GOOD.replace(before, after, 1)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("[floor]\n", "[floor]\nspare = 1\n", "floor.spare: unknown key"),
        ("[floor]\n", "[ceiling]\nhigh = 1\n[floor]\n", "ceiling: unknown section"),
        ('value = 1, clause = "SM-6.2"', "value = 1", "floor.max_holders.clause: missing"),
        ("SM-6.2", "LD-6.2", "floor.max_holders.clause: LD-6.2 is a clause of another regulation"),
        ("SM-6.2", "6.2", "floor.max_holders.clause: '6.2' is not written as a clause"),
        ("{ value = 1,", '{ value = "one",', "floor.max_holders.value: must be a whole number"),
        ("{ value = 1,", "{ value = true,", "floor.max_holders.value: must be a whole number"),
        ("{ value = 1,", "{ value = 0,", "floor.max_holders.value: must be from 1 to 16"),
        ("{ value = 1,", "{", "floor.max_holders.value: missing"),
        ('value = "free"', 'value = "often"', "dial.member.value: 'often' is not one of"),
        ("default = 200", "default = 1", "conference.max_sites.default: must be from 2"),
        ("default = 200, ", "", "conference.max_sites.default: missing"),
        (
            "default = 200",
            'default = 200, clause = "SM-1"',
            "conference.max_sites.clause: a silent value has no clause",
        ),
        (
            "{ value = 1,",
            "{ value = 1, default = 1,",
            "floor.max_holders.default: only a silent value has a default",
        ),
        ("default = true,", 'default = "yes",', "mic.closed_on_join.default: must be true or"),
        (
            '["participant", "chair"]',
            '["chair", "chair"]',
            "speak.path.value: an entry stands twice",
        ),
        ('["participant", "chair"]', "[]", "speak.path.value: must be a list"),
        (
            'tiers = ["commune"]',
            'tiers = ["village"]',
            "hosts.allowed.value[1].tiers: 'village' is not one of",
        ),
        ('note_vi = "Một điểm cầu."', 'note_vi = ""', "floor.max_holders.note_vi: must be a text"),
        ("2024-02-01", "2024-01-01", "regulation.effective_from: 2024-01-01 is before the signing"),
        ("2024-02-01", '"soon"', "regulation.effective_from: must be a date"),
        ("2024-02-01", "2024-02-01T08:00:00", "regulation.effective_from: must be a date"),
        ("version = 1", 'version = "1"', "regulation.version: must be a whole number"),
        ('code = "SM"', 'code = "sm"', "regulation.code: must be capital ASCII letters"),
        ('key = "song-mo"', 'key = "Sông Mơ"', "regulation.key: must be lower-case ASCII"),
        ('number = "1/QĐ-UBND"\n', "", "regulation.number: missing"),
        ("[dial]\nmember", "[dial]\nowner", "dial.member: missing"),
        ("[floor]\n", "floor_is = [\n", "file: "),
        ("auditor =", "king =", "roles.king: unknown key"),
        ("auditor =", "king =", "roles.auditor: missing; where the text says nothing write value"),
        ("trains =", "sings =", "duties.sings: unknown key"),
        (
            'duties = ["ppc_office", "dic"], scope = "system"',
            'scope = "system"',
            "roles.system_admin.value[1]: covers nobody; name duties, or kinds with tiers, or",
        ),
        (
            'duties = ["ppc_office", "dic"]',
            'duties = ["king"]',
            "roles.system_admin.value[1].duties: 'king' is not one of: control_centre, council_",
        ),
        (
            'duties = ["ppc_office", "dic"]',
            "duties = []",
            "roles.system_admin.value[1].duties: must be a list, at least one entry",
        ),
        (
            '{ kinds = ["any"], tiers',
            '{ duties = ["dic"], kinds = ["any"], tiers',
            "roles.system_admin.value[2].duties: dic stands in an entry before, which answers",
        ),
        (
            '{ kinds = ["any"], tiers',
            "{ tiers",
            'roles.system_admin.value[2].kinds: missing; tiers need kinds, ["any"] for every kind',
        ),
        (
            '{ kinds = ["any"], tiers = ["commune"], scope',
            '{ kinds = ["any"], scope',
            "roles.system_admin.value[2].tiers: missing; kinds need tiers",
        ),
        (
            '{ kinds = ["any"]',
            '{ kinds = ["club"]',
            "roles.system_admin.value[2].kinds: 'club' is not one of",
        ),
        (
            'scope = "system"',
            'scope = "world"',
            "roles.system_admin.value[1].scope: 'world' is not one of: conference, own, system",
        ),
        (
            'scope = "system", ',
            "",
            "roles.system_admin.value[1].scope: None is not one of: conference, own, system",
        ),
        (
            'scope = "system", clause = "SM-7.1"',
            'scope = "system"',
            "roles.system_admin.value[1].clause: missing; name the clause or write",
        ),
        (
            'scope = "system", clause = "SM-7.1"',
            'scope = "system", clause = "LD-7.1"',
            "roles.system_admin.value[1].clause: LD-7.1 is a clause of another regulation",
        ),
        (
            'scope = "system", clause = "SM-7.1", note_vi = "a"',
            'scope = "system", clause = "SM-7.1"',
            "roles.system_admin.value[1].note_vi: missing",
        ),
        (
            "individuals = true",
            'individuals = "all"',
            "roles.participant.default[1].individuals: must be true or false",
        ),
        (
            "individuals = true",
            "individuals = false",
            "roles.participant.default[1]: covers nobody",
        ),
        (
            "individuals = true",
            'individuals = true, clause = "SM-1"',
            "roles.participant.default[1].clause: a silent value has no clause; remove it",
        ),
        (
            "individuals = true",
            "individual = true",
            "roles.participant.default[1].individual: unknown key",
        ),
        (
            'auditor = { value = "silent", default = []',
            'auditor = { clause = "SM-1", value = []',
            "roles.auditor.value: must be a list of tables, at least one",
        ),
        (
            'auditor = { value = "silent", default = []',
            'auditor = { value = "silent", default = "dic"',
            "roles.auditor.default: must be a list of tables",
        ),
        (
            'auditor = { value = "silent", default = []',
            'auditor = { value = "silent", default = ["dic"]',
            "roles.auditor.default[1]: must be a table",
        ),
        (
            'owner = { value = ["ppc", "ppc_office"]',
            'owner = { value = ["ppc", "king"]',
            "duties.owner.value: 'king' is not one of: chair, control_centre",
        ),
        (
            'owner = { value = ["ppc", "ppc_office"]',
            'owner = { value = ["ppc", "ppc"]',
            "duties.owner.value: an entry stands twice",
        ),
        (
            'owner = { value = ["ppc", "ppc_office"]',
            "owner = { value = []",
            "duties.owner.value: must be a list, at least one entry",
        ),
        ('clause = "SM-8.1"', 'clause = "8.1"', "duties.owner.clause: '8.1' is not written as a"),
        (
            'trains = { value = "silent"',
            'trains = { value = "silent", clause = "SM-1"',
            "duties.trains.clause: a silent value has no clause",
        ),
        ('default = ["dic"]', 'default = "dic"', "duties.trains.default: must be a list, at least"),
    ],
)
def test_a_fault_is_named_with_file_key_and_what_is_wrong(
    before: str, after: str, problem: str, tmp_path: Path
) -> None:
    found = problems_of(changed(before, after), tmp_path)
    assert any(one.startswith(f"song-mo.toml: {problem}") for one in found), found


def test_every_fault_is_reported_not_only_the_first(tmp_path: Path) -> None:
    text = changed("SM-6.2", "LD-6.2").replace('value = "free"', 'value = "often"')
    assert len(problems_of(text, tmp_path)) == 2


def test_a_missing_section_is_named(tmp_path: Path) -> None:
    text = GOOD[: GOOD.index("[conference]")]
    assert problems_of(text, tmp_path) == ["song-mo.toml: conference: missing"]


def test_a_text_in_decomposed_form_is_refused(tmp_path: Path) -> None:
    name = "Quy chế họp trực tuyến tỉnh Sông Mơ"
    text = changed(name, unicodedata.normalize("NFD", name))
    assert problems_of(text, tmp_path) == [
        "song-mo.toml: regulation.name: must be in Unicode form NFC"
    ]


# ---------------------------------------------------------------- several files


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def second_version(begins: str) -> str:
    return changed("version = 1", "version = 2").replace("2024-02-01", begins)


def test_a_later_version_applies_from_its_day_and_the_earlier_before_it(tmp_path: Path) -> None:
    write(tmp_path, "song-mo.toml", GOOD)
    write(tmp_path, "song-mo.2.toml", second_version("2026-01-01"))
    before = load_profile("song-mo", on=date(2025, 12, 31), directory=tmp_path)
    after = load_profile("song-mo", on=date(2026, 1, 1), directory=tmp_path)
    assert (before.version_key, after.version_key) == ("song-mo@1", "song-mo@2")


def test_one_version_in_two_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", GOOD)
    write(tmp_path, "b.toml", GOOD)
    with pytest.raises(ProfileInvalid, match=r"b\.toml: regulation\.version: .*in a\.toml"):
        load_profiles(tmp_path)


@pytest.mark.parametrize("begins", ["2024-01-15", "2024-02-01"])
def test_a_later_version_that_does_not_begin_later_is_refused(begins: str, tmp_path: Path) -> None:
    write(tmp_path, "song-mo.toml", GOOD)
    write(tmp_path, "song-mo.2.toml", second_version(begins))
    with pytest.raises(ProfileInvalid, match="version 2 must begin after version 1"):
        load_profiles(tmp_path)


def test_two_provinces_with_one_code_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", GOOD)
    write(tmp_path, "b.toml", changed('key = "song-mo"', 'key = "song-that"'))
    with pytest.raises(ProfileInvalid, match="code SM already belongs to song-mo"):
        load_profiles(tmp_path)


def test_faults_of_all_files_are_reported_together(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", changed("SM-6.2", "LD-6.2"))
    write(tmp_path, "b.toml", changed('value = "free"', 'value = "often"'))
    with pytest.raises(ProfileInvalid) as caught:
        load_profiles(tmp_path)
    assert [problem.file for problem in caught.value.problems] == ["a.toml", "b.toml"]


def test_a_made_up_province_beside_the_shipped_ones_is_loaded(tmp_path: Path) -> None:
    for path in PROFILES.glob("*.toml"):
        shutil.copy(path, tmp_path)
    write(tmp_path, "song-mo.toml", GOOD)
    assert len(load_profiles(tmp_path)) == len(load_profiles()) + 1
