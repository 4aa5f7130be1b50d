"""The report on what this product is made of says what it knows, and what it could not ask."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit_deps", ROOT / "tools" / "audit_deps.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit_deps"] = module
    spec.loader.exec_module(module)
    return module


deps = load()


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("(MIT OR GPL-3.0-only)", True),
        ("GPL-3.0-only OR AGPL-3.0-only", False),
        ("Apache-2.0 AND MIT", True),
        ("Apache-2.0 AND GPL-2.0-only", False),
        ("LGPL-3.0-only", True),
        ("GPL-3.0-only", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_a_licence_is_judged_by_the_policy(expression: str, allowed: bool) -> None:
    assert deps.permitted(expression) is allowed


def test_every_python_and_npm_component_has_a_licence_of_the_policy() -> None:
    found = [*deps.python_components(), *deps.npm_components()]
    assert len(found) > 150
    assert [one.purl for one in found if not one.allowed] == []
    assert {"django", "psycopg", "livekit-client", "react"} <= {one.name for one in found}


def test_the_table_of_licences_names_what_is_shipped_now() -> None:
    kept = (ROOT / "docs" / "security" / "licences.md").read_text("utf-8")
    for one in [*deps.python_components(), *deps.npm_components()]:
        if one.shipped:
            assert one.name in kept, "run make audit-deps"


def test_a_bill_of_materials_follows_its_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deps, "SBOM", tmp_path)
    written = deps.write_bills([*deps.python_components(), *deps.npm_components()])
    found = json.loads(written[0].read_text("utf-8"))
    assert found["specVersion"] == "1.6"
    assert any(one["purl"].startswith("pkg:pypi/django@") for one in found["components"])


def test_a_package_that_the_service_does_not_know_was_not_checked() -> None:
    answer = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": []},
            {"name": "b", "skip_reason": "not found"},
            {"name": "c", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]},
        ]
    }
    found = deps.pip_weaknesses(json.dumps(answer))
    assert found.asked == 2
    assert found.missed == "1 of 3 packages"
    assert found.weak == ("c 2: CVE-1, fixed in ['3']",)


def test_a_registry_that_refuses_is_said_to_be_not_checked() -> None:
    found = deps.npm_weaknesses('{"message": "405 Method Not Allowed"}')
    assert (found.asked, found.missed) == (0, "405 Method Not Allowed")
    clean = deps.npm_weaknesses(
        '{"vulnerabilities": {}, "metadata": {"dependencies": {"total": 9}}}'
    )
    assert (clean.asked, clean.missed) == (9, "")


def test_what_was_not_checked_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, kind in (("python", "pypi"), ("npm", "npm"), ("go", "golang")):
        one = deps.Component(kind, "a", "1", "MIT", True)
        monkeypatch.setattr(deps, f"{name}_components", lambda one=one: [one])
    monkeypatch.setattr(deps, "ROOT", tmp_path)
    monkeypatch.setattr(deps, "SBOM", tmp_path / "build")
    monkeypatch.setattr(deps, "TABLE", tmp_path / "docs" / "licences.md")
    ends = {
        0: [deps.Checked("Python", 1, "")],
        1: [deps.Checked("Python", 1, "", ("a: CVE-1",)), deps.Checked("npm", 0, "no answer")],
        3: [deps.Checked("Python", 1, ""), deps.Checked("npm", 0, "no answer")],
    }
    for code, checks in ends.items():
        monkeypatch.setattr(deps, "weaknesses", lambda checks=checks: checks)
        assert deps.main() == code
    assert "npm: NOT CHECKED: no answer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
        ("Permission is hereby granted, free of charge, to any person", "MIT"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL-3.0"),
        ("All rights reserved.", ""),
    ],
)
def test_a_licence_is_known_by_its_text(text: str, licence: str) -> None:
    assert deps.licence_of(text) == licence


def test_bills_are_never_committed() -> None:
    assert "/build/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
