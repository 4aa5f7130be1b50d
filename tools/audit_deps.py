"""What this product is made of: versions, licences, known weaknesses, and a bill of materials.

``make audit-deps``. Reads what is locked (constraints.txt, client/package-lock.json,
engine/go.mod) and what is installed, judges the licences by POLICY, asks the registries for
known weaknesses, writes build/sbom/*.cdx.json (CycloneDX) and docs/security/licences.md.

Exit code: 0 all was checked and is in order; 1 a licence or a weakness needs a decision; 3 all
that could be checked is in order, but something could not be checked, which is said plainly.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
SBOM = ROOT / "build" / "sbom"
TABLE = ROOT / "docs" / "security" / "licences.md"
ENGINE = "github.com/livekit/livekit-server/cmd/server"

FREE = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD", "BlueOak-1.0.0", "CC0-1.0"),
        *("ISC", "MIT", "MIT-0", "MIT-CMU", "OFL-1.1", "PSF-2.0", "Python-2.0", "Unlicense"),
        "Zlib",
    }
)
"""May be part of the product without further thought; the notices go along."""

BY_FILE = frozenset({"MPL-2.0", "LGPL-3.0-only"})
"""May be part of the product unchanged: MPL by file, LGPL as a library that can be replaced."""

POLICY = FREE | BY_FILE
"""Everything else needs a decision, written into DECIDED."""

DECIDED: dict[str, tuple[str, str]] = {
    "fido2": ("BSD-2-Clause AND Apache-2.0 AND MPL-2.0", "names each of its parts"),
    "qrcode": ("BSD-3-Clause", "its second classifier means the trade mark «QR Code»"),
    "uvloop": ("MIT OR Apache-2.0", "offers both"),
    "pyrage": ("MIT", "its LICENSE file; the metadata names none"),
}
"""Component → its licence, read by a person, and why the metadata does not say it."""

_SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_TEXTS = (
    ("Apache-2.0", r"Apache License,?\s+Version 2\.0"),
    ("MPL-2.0", r"Mozilla Public License,? (?:Version|v\.?) ?2\.0"),
    ("AGPL-3.0", r"GNU AFFERO GENERAL PUBLIC LICENSE"),
    ("LGPL-3.0", r"GNU LESSER GENERAL PUBLIC LICENSE"),
    ("GPL", r"GNU GENERAL PUBLIC LICENSE"),
    ("MIT", r"Permission is hereby granted, free of charge"),
    ("BSD-3-Clause", r"Redistribution and use.*(?:Neither the name|names? of (?:its|the))"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
    ("ISC", r"Permission to use, copy, modify, and(?:/or)? distribute this software"),
    ("Unlicense", r"This is free and unencumbered software"),
    ("CC0-1.0", r"CC0 1\.0 Universal"),
)
"""SPDX identifier and what its text says; the first that is found counts."""


@dataclass(frozen=True)
class Component:
    """One component in one version.

    Args:
        kind: pypi, npm or golang, as in a package URL.
        name: as its registry knows it.
        version: the locked one.
        licence: SPDX expression, or empty when nothing says it.
        shipped: part of an installation; else only of building and testing.
    """

    kind: str
    name: str
    version: str
    licence: str
    shipped: bool

    @property
    def purl(self) -> str:
        """The package URL."""
        return f"pkg:{self.kind}/{quote(self.name, safe='/')}@{quote(self.version, safe='')}"

    @property
    def allowed(self) -> bool:
        """Whether POLICY lets it in."""
        return permitted(self.licence)


def permitted(expression: str) -> bool:
    """Return whether an SPDX expression can be met by POLICY; nothing said is not permitted."""
    inner = expression.strip()
    if inner.startswith("(") and inner.endswith(")") and "(" not in inner[1:]:
        inner = inner[1:-1]
    if " OR " in inner:
        return any(permitted(part) for part in inner.split(" OR "))
    if " AND " in inner:
        return all(permitted(part) for part in inner.split(" AND "))
    return inner.strip("() ") in POLICY


def licence_of(text: str) -> str:
    """Return the SPDX identifier of a licence's text, or empty."""
    flat = " ".join(text.split())
    return next((name for name, says in _TEXTS if re.search(says, flat, re.IGNORECASE)), "")


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> dict[str, str]:
    """Return name → version of a file of pip with pinned versions."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {_plain(name): version for name, version in found}


def python_components() -> list[Component]:
    """What pip installs, by the lock files and what the packages say of themselves."""
    shipped = locked((ROOT / "constraints.txt").read_text("utf-8"))
    everything = locked((ROOT / "constraints-dev.txt").read_text("utf-8")) | shipped
    tool = str(Path(sys.executable).with_name("pip-licenses"))
    said = json.loads(_run(tool, "--format=json", "--from=mixed", "--with-system"))
    licences = {_plain(entry["Name"]): entry["License"] for entry in said}
    found = []
    for name, version in sorted(everything.items()):
        if name not in licences:
            continue  # locked for another system than this one
        spdx = " AND ".join(_SPDX.get(part, part) for part in licences[name].split("; "))
        found.append(_decided(Component("pypi", name, version, spdx, name in shipped)))
    return found


def npm_components() -> list[Component]:
    """What npm installs, by the lock file and the package.json of each."""
    client = ROOT / "client"
    lock = json.loads((client / "package-lock.json").read_text("utf-8"))
    found = {}
    for path, entry in lock["packages"].items():
        said = client / path / "package.json"
        if not path or not said.is_file():
            continue  # the client itself, or for another system than this one
        given = json.loads(said.read_text("utf-8"))
        licence = given.get("license", "")
        if isinstance(licence, dict):
            licence = licence.get("type", "")
        one = Component("npm", given["name"], given["version"], licence, not entry.get("dev"))
        found[one.purl] = _decided(one)
    return sorted(found.values(), key=lambda one: one.name)


def go_components() -> list[Component]:
    """The modules that are compiled into the engine, by the text of their licence."""
    form = "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}"
    lines = _run("go", "list", "-deps", "-f", form, ENGINE, folder=ROOT / "engine")
    found = []
    for line in sorted(set(filter(None, lines.splitlines()))):
        name, version, folder = line.split("\t")
        texts = [
            path.read_text("utf-8", "replace")
            for path in sorted(Path(folder).iterdir())
            if re.match(r"(?i)(licen[sc]e|copying)", path.name) and path.is_file()
        ]
        licence = next(filter(None, map(licence_of, texts)), "")
        found.append(_decided(Component("golang", name, version, licence, True)))
    return found


def _decided(one: Component) -> Component:
    if one.name not in DECIDED:
        return one
    return Component(one.kind, one.name, one.version, DECIDED[one.name][0], one.shipped)


def _run(*command: str, folder: Path = ROOT, timeout: float = 180) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, timeout=timeout
    )
    return done.stdout


# ---------------------------------------------------------------- known weaknesses


@dataclass(frozen=True)
class Checked:
    """What became of asking for known weaknesses.

    Args:
        what: whom it is about.
        asked: how many components were answered for.
        missed: how many were not, or why nothing was.
        weak: one line for each weakness.
    """

    what: str
    asked: int
    missed: str
    weak: tuple[str, ...] = ()


def pip_weaknesses(answer: str) -> Checked:
    """Read pip-audit's JSON. A package that the service does not know was not checked."""
    entries = json.loads(answer)["dependencies"]
    missed = [entry["name"] for entry in entries if "skip_reason" in entry]
    weak = [
        f"{entry['name']} {entry['version']}: {flaw['id']}, fixed in {flaw['fix_versions']}"
        for entry in entries
        for flaw in entry.get("vulns", ())
    ]
    said = f"{len(missed)} of {len(entries)} packages" if missed or not entries else ""
    return Checked("Python (pip-audit)", len(entries) - len(missed), said, tuple(weak))


def npm_weaknesses(answer: str) -> Checked:
    """Read the JSON of npm audit."""
    found = json.loads(answer)
    if "vulnerabilities" not in found:
        return Checked("npm (npm audit)", 0, str(found.get("message", "no answer"))[:120])
    weak = [f"{name}: {entry['severity']}" for name, entry in found["vulnerabilities"].items()]
    asked = found.get("metadata", {}).get("dependencies", {}).get("total", 0)
    return Checked("npm (npm audit)", asked, "", tuple(weak))


def weaknesses() -> list[Checked]:
    """Ask each registry. Who cannot be reached is said to be not checked."""
    audit = str(Path(sys.executable).with_name("pip-audit"))
    asked = (
        (
            *("Python (pip-audit)", pip_weaknesses, ROOT),
            (audit, "-r", "constraints.txt", "--disable-pip", "--no-deps", "--format", "json"),
        ),
        (
            *("npm (npm audit)", npm_weaknesses, ROOT / "client"),
            ("npm", "audit", "--json"),
        ),
    )
    found = []
    for what, read, folder, command in asked:
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=300
            )
            found.append(read(done.stdout))
        except (OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            found.append(Checked(what, 0, f"no usable answer ({type(error).__name__})"))
    # The database of Go is no registry of packages; govulncheck is run where it may be reached.
    found.append(Checked("Go (govulncheck)", 0, "needs vuln.go.dev, which is not asked from here"))
    return found


# ---------------------------------------------------------------- what is written


def bill(name: str, components: Iterable[Component]) -> dict[str, object]:
    """Return a bill of materials in CycloneDX 1.6."""
    listed = [
        {
            "type": "library",
            "bom-ref": one.purl,
            "name": one.name,
            "version": one.version,
            "purl": one.purl,
            "scope": "required" if one.shipped else "excluded",
            "licenses": [{"expression": one.licence}] if _expression(one.licence) else [],
        }
        for one in components
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "name": name, "bom-ref": name},
        },
        "components": listed,
    }


def _expression(licence: str) -> bool:
    """BSD alone is no identifier of SPDX."""
    return bool(licence) and not re.search(r"\bBSD\b(?!-)", licence)


def write_bills(components: list[Component]) -> list[Path]:
    """Write one bill for each part, and check each by the schema. Raises ValueError."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    SBOM.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in ("pypi", "npm", "golang"):
        part = [one for one in components if one.kind == kind]
        text = json.dumps(bill(f"diemcau ({kind})", part), indent=1)
        problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
        if problem is not None:
            raise ValueError(f"{kind}: {problem}")
        path = SBOM / f"{kind}.cdx.json"
        path.write_text(text + "\n", "utf-8")
        written.append(path)
    return written


def table(components: Iterable[Component]) -> str:
    """Return docs/security/licences.md: each licence of what is shipped, and what bears it."""
    kinds = {"pypi": "Python", "npm": "npm", "golang": "Go"}
    rows: dict[tuple[str, str], list[str]] = {}
    for one in components:
        if one.shipped:
            rows.setdefault((one.licence or "?", kinds[one.kind]), []).append(one.name)
    lines = [
        "# Giấy phép của các thành phần · Licences of the components",
        "",
        "Do `make audit-deps` ghi ra từ các tệp khóa phiên bản; không sửa tay. "
        "Written by `make audit-deps` from the lock files; do not edit.",
        "",
        "| Giấy phép (licence) | | Thành phần (components) |",
        "|---|---|---|",
        *(
            f"| {licence} | {kind} | {', '.join(sorted(set(names), key=str.lower))} |"
            for (licence, kind), names in sorted(rows.items())
        ),
        "",
        "Được phép (allowed): " + ", ".join(sorted(POLICY)) + ".",
        "",
        *(f"- {name}: {licence} ({why})." for name, (licence, why) in sorted(DECIDED.items())),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write everything and say what needs a decision."""
    components = [*python_components(), *npm_components(), *go_components()]
    for path in write_bills(components):
        print(f"  {path.relative_to(ROOT)}")
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(table(components), "utf-8")
    print(f"  {TABLE.relative_to(ROOT)}: {len(components)} components")
    outside = [one for one in components if not one.allowed]
    for one in outside:
        print(f"✗ {one.purl}: licence {one.licence or 'unknown'} is not in the policy")
    checks = weaknesses()
    for check in checks:
        for line in check.weak:
            print(f"✗ {check.what}: {line}")
        if check.missed:
            print(f"? {check.what}: NOT CHECKED: {check.missed}")
        if check.asked:
            print(f"  {check.what}: {check.asked} checked, {len(check.weak)} weak")
    if outside or any(check.weak for check in checks):
        return 1
    return 3 if any(check.missed for check in checks) else 0


if __name__ == "__main__":
    sys.exit(main())
