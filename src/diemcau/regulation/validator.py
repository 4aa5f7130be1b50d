"""Reads raw TOML tables into a profile and says everything that is wrong, not only the first.

Each problem names the file, the key and what is wrong with it, so that whoever writes the profile
of another province needs no look into the code.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from diemcau.regulation import clauses
from diemcau.regulation.duties import Duty, Party
from diemcau.regulation.model import (
    ANY_KIND,
    Bearer,
    Bearers,
    Count,
    Flag,
    HostRule,
    HostRules,
    Kind,
    OneOf,
    OrganisationKind,
    Parties,
    Profile,
    Regulation,
    Sentence,
    SomeOf,
    Tier,
    rules,
    sections,
)
from diemcau.regulation.roles import Scope
from diemcau.regulation.values import SILENT, Value

E = TypeVar("E", bound=StrEnum)

_UNKNOWN = "unknown"
_KEY = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z][A-Z0-9]*")
_VALUE_KEYS = frozenset({"value", "clause", "also", "default", "note_vi", "note_en"})
_REGULATION_TEXTS = (
    "key",
    "code",
    "label",
    "name",
    "name_en",
    "system_name",
    "system_name_en",
    "source",
)
_HOST_KEYS = frozenset({"kinds", "tiers", "clause", "note_vi", "note_en"})
_BEARER_KEYS = _HOST_KEYS | {"duties", "individuals", "scope"}
_REGULATION_KEYS = frozenset(field.name for field in dataclasses.fields(Regulation))
# Stands for a value that could not be read. It never leaves: profile_from raises.
_BROKEN: Any = object()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a profile file."""

    file: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.what}"


class ProfileInvalid(ValueError):
    """A profile cannot be used. `problems` says why, one entry for each fault."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def profile_from(raw: Mapping[str, Any], file: str) -> Profile:
    """Build the profile that `raw`, read from `file`, describes.

    Raises ProfileInvalid with every problem found.
    """
    reader = _Reader(file)
    profile = reader.profile(raw)
    if reader.problems:
        raise ProfileInvalid(reader.problems)
    return profile


def check_together(profiles: Iterable[tuple[str, Profile]]) -> None:
    """Check (file, profile) pairs against one another.

    Raises ProfileInvalid when a province has one version twice, two versions that begin on the
    same day, a later version that begins earlier, or when two provinces share a code.
    """
    problems: list[Problem] = []
    seen: dict[tuple[str, int], str] = {}
    codes: dict[str, str] = {}
    ordered = sorted(profiles, key=lambda pair: (pair[1].key, pair[1].regulation.version))
    previous: Regulation | None = None
    for file, profile in ordered:
        text = profile.regulation
        first = seen.setdefault((text.key, text.version), file)
        if first != file:
            what = f"version {text.version} of {text.key} is already in {first}"
            problems.append(Problem(file, "regulation.version", what))
        elif previous is not None and previous.key == text.key and not _later(text, previous):
            what = f"version {text.version} must begin after version {previous.version}"
            problems.append(Problem(file, "regulation.effective_from", what))
        owner = codes.setdefault(text.code, text.key)
        if owner != text.key:
            what = f"code {text.code} already belongs to {owner}"
            problems.append(Problem(file, "regulation.code", what))
        previous = text
    if problems:
        raise ProfileInvalid(problems)


def _later(text: Regulation, than: Regulation) -> bool:
    if text.effective_from is None:
        return False
    return than.effective_from is None or text.effective_from > than.effective_from


class _Reader:
    """Walks the tables of one file and collects problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._code = ""

    def wrong(self, key: str, what: str) -> Any:
        self.problems.append(Problem(self.file, key, what))
        return _BROKEN

    def profile(self, raw: Mapping[str, Any]) -> Profile:
        known = sections()
        for name in sorted(raw.keys() - known.keys() - {"regulation"}):
            self.wrong(name, "unknown section")
        built: dict[str, Any] = {"regulation": self._regulation(raw.get("regulation"))}
        for name, section in known.items():
            built[name] = self._section(name, section, raw.get(name))
        return Profile(**built)

    def _regulation(self, raw: Any) -> Regulation:
        key = "regulation"
        table = self._table(key, raw, _REGULATION_KEYS)
        texts = {name: self._text(f"{key}.{name}", table.get(name)) for name in _REGULATION_TEXTS}
        if texts["key"] is not _BROKEN and not _KEY.fullmatch(texts["key"]):
            self.wrong(f"{key}.key", "must be lower-case ASCII words joined by hyphens")
        if texts["code"] is not _BROKEN:
            if _CODE.fullmatch(texts["code"]):
                self._code = texts["code"]
            else:
                self.wrong(f"{key}.code", "must be capital ASCII letters, as in LD-12.2a")
        version = self._count(f"{key}.version", table.get("version"), Count(1, 9999))
        number = self._known(f"{key}.number", table.get("number"))
        replaces = self._known(f"{key}.replaces", table.get("replaces", _UNKNOWN))
        signed = self._date(f"{key}.signed_on", table.get("signed_on"))
        begins = self._date(f"{key}.effective_from", table.get("effective_from"))
        if isinstance(signed, date) and isinstance(begins, date) and begins < signed:
            self.wrong(f"{key}.effective_from", f"{begins} is before the signing on {signed}")
        return Regulation(
            **texts,
            version=version,
            number=number,
            replaces=replaces,
            signed_on=signed,
            effective_from=begins,
        )

    def _section(self, name: str, section: type[Any], raw: Any) -> Any:
        kinds = rules(section)
        table = self._table(name, raw, frozenset(kinds))
        if not isinstance(raw, Mapping):
            return _BROKEN
        return section(
            **{
                rule: self._value(f"{name}.{rule}", table.get(rule), kind)
                for rule, kind in kinds.items()
            }
        )

    def _value(self, key: str, raw: Any, kind: Kind) -> Any:
        if raw is None:
            return self.wrong(key, 'missing; where the text says nothing write value = "silent"')
        before = len(self.problems)
        table = self._table(key, raw, _VALUE_KEYS)
        note_vi = self._text(f"{key}.note_vi", table.get("note_vi"))
        note_en = self._text(f"{key}.note_en", table.get("note_en"))
        clause: str | None = None
        also: tuple[str, ...] = ()
        stated: Any = SILENT
        default: Any = None
        if table.get("value") == SILENT.value:
            for name in sorted({"clause", "also"} & table.keys()):
                self.wrong(f"{key}.{name}", "a silent value has no clause")
            if "default" in table:
                default = self._of_kind(f"{key}.default", table["default"], kind, silent=True)
            else:
                self.wrong(f"{key}.default", "missing; a silent value needs a default")
        else:
            stated = self._of_kind(f"{key}.value", table.get("value"), kind)
            clause = self._clause(f"{key}.clause", table.get("clause"))
            also = self._clauses(f"{key}.also", table.get("also", []))
            if "default" in table:
                self.wrong(f"{key}.default", "only a silent value has a default")
        if len(self.problems) > before:
            return _BROKEN
        return Value(
            stated=stated,
            clause=clause,
            default=default,
            note_vi=note_vi,
            note_en=note_en,
            also=also,
        )

    def _of_kind(self, key: str, raw: Any, kind: Kind, *, silent: bool = False) -> Any:
        if raw is None:
            return self.wrong(key, "missing")
        match kind:
            case OneOf(choices):
                return self._choice(key, raw, choices)
            case SomeOf(choices):
                return self._choices(key, raw, choices)
            case Count():
                return self._count(key, raw, kind)
            case Flag():
                return raw if isinstance(raw, bool) else self.wrong(key, "must be true or false")
            case Sentence():
                return self._text(key, raw)
            case HostRules():
                return self._hosts(key, raw)
            case Bearers():
                return self._bearers(key, raw, silent=silent)
            case Parties():
                return () if silent and raw == [] else self._choices(key, raw, Party)

    def _hosts(self, key: str, raw: Any) -> tuple[HostRule, ...]:
        if not isinstance(raw, list) or not raw:
            self.wrong(key, "must be a list of tables, at least one")
            return ()
        found = []
        for index, entry in enumerate(raw, start=1):
            at = f"{key}[{index}]"
            table = self._table(at, entry, _HOST_KEYS)
            kinds = table.get("kinds")
            found.append(
                HostRule(
                    kinds=frozenset()
                    if kinds == [ANY_KIND]
                    else frozenset(self._choices(f"{at}.kinds", kinds, OrganisationKind)),
                    tiers=frozenset(self._choices(f"{at}.tiers", table.get("tiers"), Tier)),
                    clause=self._clause(f"{at}.clause", table.get("clause")) or "",
                    note_vi=self._text(f"{at}.note_vi", table.get("note_vi")),
                    note_en=self._text(f"{at}.note_en", table.get("note_en")),
                )
            )
        return tuple(found)

    def _bearers(self, key: str, raw: Any, *, silent: bool) -> tuple[Bearer, ...]:
        if not isinstance(raw, list) or not (raw or silent):
            at_least = "" if silent else ", at least one"
            self.wrong(key, f"must be a list of tables{at_least}")
            return ()
        found: list[Bearer] = []
        for index, entry in enumerate(raw, start=1):
            bearer = self._bearer(f"{key}[{index}]", entry, silent=silent)
            before = {duty for other in found for duty in other.duties}
            for duty in Duty:
                if duty in bearer.duties and duty in before:
                    what = f"{duty} stands in an entry before, which answers first; name it once"
                    self.wrong(f"{key}[{index}].duties", what)
            found.append(bearer)
        return tuple(found)

    def _bearer(self, at: str, entry: Any, *, silent: bool) -> Bearer:
        table = self._table(at, entry, _BEARER_KEYS)
        duties: tuple[Duty, ...] = ()
        kinds: tuple[OrganisationKind, ...] = ()
        tiers: tuple[Tier, ...] = ()
        individuals = table.get("individuals", False)
        clause: str | None = None
        if "duties" in table:
            duties = self._choices(f"{at}.duties", table["duties"], Duty)
        if "kinds" in table and table["kinds"] != [ANY_KIND]:
            kinds = self._choices(f"{at}.kinds", table["kinds"], OrganisationKind)
        if "tiers" in table:
            tiers = self._choices(f"{at}.tiers", table["tiers"], Tier)
        if "tiers" in table and "kinds" not in table:
            self.wrong(f"{at}.kinds", f'missing; tiers need kinds, ["{ANY_KIND}"] for every kind')
        if "kinds" in table and "tiers" not in table:
            self.wrong(f"{at}.tiers", "missing; kinds need tiers")
        if not isinstance(individuals, bool):
            self.wrong(f"{at}.individuals", "must be true or false")
        elif not individuals and not {"duties", "kinds", "tiers"} & table.keys():
            self.wrong(at, "covers nobody; name duties, or kinds with tiers, or individuals = true")
        if not silent:
            clause = self._clause(f"{at}.clause", table.get("clause"))
        elif "clause" in table:
            self.wrong(f"{at}.clause", "a silent value has no clause; remove it")
        return Bearer(
            duties=frozenset(duties),
            kinds=frozenset(kinds),
            tiers=frozenset(tiers),
            individuals=individuals,
            scope=self._choice(f"{at}.scope", table.get("scope"), Scope),
            clause=clause,
            note_vi=self._text(f"{at}.note_vi", table.get("note_vi")),
            note_en=self._text(f"{at}.note_en", table.get("note_en")),
        )

    def _table(self, key: str, raw: Any, known: frozenset[str]) -> Mapping[str, Any]:
        if not isinstance(raw, Mapping):
            self.wrong(key, "missing" if raw is None else "must be a table")
            return {}
        for name in sorted(raw.keys() - known):
            self.wrong(f"{key}.{name}", "unknown key")
        return raw

    def _text(self, key: str, raw: Any) -> Any:
        if raw is None:
            return self.wrong(key, "missing")
        if not isinstance(raw, str) or not raw.strip():
            return self.wrong(key, "must be a text")
        if not unicodedata.is_normalized("NFC", raw):
            return self.wrong(key, "must be in Unicode form NFC")
        return raw

    def _known(self, key: str, raw: Any) -> Any:
        text = self._text(key, raw)
        return None if text == _UNKNOWN else text

    def _date(self, key: str, raw: Any) -> Any:
        if raw == _UNKNOWN:
            return None
        if isinstance(raw, datetime) or not isinstance(raw, date):
            return self.wrong(key, f'must be a date as 2023-06-05, or "{_UNKNOWN}"')
        return raw

    def _count(self, key: str, raw: Any, kind: Count) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, int):
            return self.wrong(key, "must be a whole number")
        if not kind.least <= raw <= kind.most:
            return self.wrong(key, f"must be from {kind.least} to {kind.most}")
        return raw

    def _choice(self, key: str, raw: Any, choices: type[E]) -> Any:
        try:
            return choices(raw)
        except ValueError:
            known = ", ".join(sorted(choices))
            return self.wrong(key, f"{raw!r} is not one of: {known}")

    def _choices(self, key: str, raw: Any, choices: type[E]) -> tuple[E, ...]:
        if not isinstance(raw, list) or not raw:
            self.wrong(key, "must be a list, at least one entry")
            return ()
        found = tuple(self._choice(key, entry, choices) for entry in raw)
        if len(set(map(str, raw))) != len(raw):
            self.wrong(key, "an entry stands twice")
        return found

    def _clause(self, key: str, raw: Any) -> str | None:
        if raw is None:
            self.wrong(key, 'missing; name the clause or write value = "silent"')
        elif not isinstance(raw, str) or not clauses.is_clause(raw):
            self.wrong(key, f"{raw!r} is not written as a clause, as in LD-12.2a")
        elif self._code and clauses.code_of(raw) != self._code:
            self.wrong(key, f"{raw} is a clause of another regulation, not of {self._code}")
        else:
            return raw
        return None

    def _clauses(self, key: str, raw: Any) -> tuple[str, ...]:
        if not isinstance(raw, list):
            self.wrong(key, "must be a list of clauses")
            return ()
        return tuple(clause for entry in raw if (clause := self._clause(key, entry)) is not None)
