"""Reads the directory data of a province: its organisations, its sites, its control centre.

Pure: no database. Each province has four files in `data/`: a TOML file with the province, the
sources and the control centre, and three CSV files with the organisations, what they are for the
system, and the sites, which open in any spreadsheet. `tiers.csv` has the levels of organisations of
all provinces. Lines that begin with `#` are comments.
"""

import csv
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from diemcau.regulation import Duty

T = TypeVar("T")

DATA = Path(__file__).parent / "data"

SITE_KINDS = frozenset({"room", "person"})
ACCESS_KINDS = frozenset({"dedicated", "lan", "internet"})

_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PHONE = re.compile(r"0\d{3} \d{3} \d{3}")
_KEY_LENGTH = 63

_ORGANISATION_COLUMNS = (
    "key",
    "name",
    "short_name",
    "kind",
    "tier",
    "parent",
    "area",
    "valid_from",
)
_DUTY_COLUMNS = ("duty", "organisation", "valid_from", "source")
_TIER_COLUMNS = ("key", "name", "name_en", "rank", "valid_from", "valid_to")
_SITE_COLUMNS = (
    "number",
    "key",
    "name",
    "short_name",
    "area",
    "organisation",
    "kind",
    "access",
    "latitude",
    "longitude",
    "is_host_default",
    "technician_name",
    "technician_phone",
    "source",
)


class DirectoryInvalid(ValueError):
    """Directory data cannot be used. `problems` names file, entry and fault of each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Technician:
    """Who looks after a site. `phone` is ten digits, grouped as `0900 000 001`."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A body. `kind` and `tier` are the words of the regulation profiles."""

    key: str
    name: str
    short_name: str
    kind: str
    tier: str
    parent: str | None
    area: str
    valid_from: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyEntry:
    """What an organisation is for the system. `source` is the clause that says so."""

    duty: Duty
    organisation: str
    valid_from: date | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierEntry:
    """A level of organisations. `rank` 0 is the highest; None dates are open."""

    key: str
    name: str
    name_en: str
    rank: int
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEntry:
    """A site. `organisation` is a key; `source` names the clause or data set it comes from."""

    key: str
    number: int
    name: str
    short_name: str
    area: str
    organisation: str
    kind: str
    access: str
    latitude: float | None
    longitude: float | None
    is_host_default: bool
    technician: Technician
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCentre:
    """Where the desk stands. It is a place of its own (LC-2.1, BD-3.4) or at the central site."""

    name: str
    name_en: str
    organisation: str
    technician: Technician
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """The directory of one province. `key` is also the key of its regulation profile."""

    key: str
    name: str
    name_en: str
    organisations: tuple[Organisation, ...]
    duties: tuple[DutyEntry, ...]
    sites: tuple[SiteEntry, ...]
    control_centre: ControlCentre

    def organisation(self, key: str) -> Organisation:
        """Return the organisation with that key. Raises LookupError."""
        for organisation in self.organisations:
            if organisation.key == key:
                return organisation
        raise LookupError(key)

    @property
    def host_site(self) -> SiteEntry:
        """The site that hosts unless a conference names another."""
        return next(site for site in self.sites if site.is_host_default)

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas of the sites in the order of the wall."""
        return tuple(dict.fromkeys(site.area for site in self.sites))


def provinces(directory: Path = DATA) -> tuple[str, ...]:
    """Return the keys of the provinces that have directory data."""
    return tuple(sorted(path.stem for path in directory.glob("*.toml")))


def load_directory(key: str, directory: Path = DATA) -> Province:
    """Read and check the directory of a province.

    Raises LookupError when there is none and DirectoryInvalid, with every fault, when it is wrong.
    """
    head = directory / f"{key}.toml"
    if not head.is_file():
        known = ", ".join(provinces(directory))
        raise LookupError(f"no directory data of {key!r}; known: {known}")
    with head.open("rb") as stream:
        raw = tomllib.load(stream)
    organisations = directory / f"{key}.organisations.csv"
    duties = directory / f"{key}.duties.csv"
    sites = directory / f"{key}.sites.csv"
    try:
        province = Province(
            key=raw["province"]["key"],
            name=raw["province"]["name"],
            name_en=raw["province"]["name_en"],
            organisations=tuple(_read(organisations, _ORGANISATION_COLUMNS, _organisation)),
            duties=tuple(_read(duties, _DUTY_COLUMNS, _duty)),
            sites=tuple(_read(sites, _SITE_COLUMNS, _site)),
            control_centre=_control_centre(raw["control_centre"]),
        )
    except KeyError as error:
        raise DirectoryInvalid([f"{head.name}: {error.args[0]}: missing"]) from error
    check(province)
    return province


def load_tiers(directory: Path = DATA) -> tuple[TierEntry, ...]:
    """Read the levels of organisations, the highest first. Raises DirectoryInvalid."""
    return tuple(_read(directory / "tiers.csv", _TIER_COLUMNS, _tier))


def check(province: Province) -> None:
    """Check a directory against itself. Raises DirectoryInvalid with every fault."""
    problems = [
        *_check_keys(province),
        *_check_tree(province),
        *_check_duties(province),
        *_check_sites(province),
        *_check_texts(province),
    ]
    if problems:
        raise DirectoryInvalid(f"{province.key}: {problem}" for problem in problems)


def _read(
    path: Path, columns: tuple[str, ...], build: Callable[[Mapping[str, str]], T]
) -> Iterable[T]:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    if tuple(rows.fieldnames or ()) != columns:
        raise DirectoryInvalid([f"{path.name}: the columns must be: {', '.join(columns)}"])
    for number, row in enumerate(rows, start=1):
        try:
            if None in row or None in row.values():
                raise ValueError("the row has not as many cells as there are columns")
            yield build(row)
        except ValueError as error:
            raise DirectoryInvalid([f"{path.name}: entry {number}: {error}"]) from error


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _duty(row: Mapping[str, str]) -> DutyEntry:
    return DutyEntry(
        duty=Duty(row["duty"]),
        organisation=row["organisation"],
        valid_from=_day(row["valid_from"]),
        source=row["source"],
    )


def _tier(row: Mapping[str, str]) -> TierEntry:
    return TierEntry(
        key=row["key"],
        name=row["name"],
        name_en=row["name_en"],
        rank=int(row["rank"]),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
    )


def _organisation(row: Mapping[str, str]) -> Organisation:
    return Organisation(
        key=row["key"],
        name=row["name"],
        short_name=row["short_name"],
        kind=row["kind"],
        tier=row["tier"],
        parent=row["parent"] or None,
        area=row["area"],
        valid_from=_day(row["valid_from"]),
    )


def _site(row: Mapping[str, str]) -> SiteEntry:
    return SiteEntry(
        key=row["key"],
        number=int(row["number"]),
        name=row["name"],
        short_name=row["short_name"],
        area=row["area"],
        organisation=row["organisation"],
        kind=row["kind"],
        access=row["access"],
        latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None,
        is_host_default=_yes(row["is_host_default"]),
        technician=Technician(name=row["technician_name"], phone=row["technician_phone"]),
        source=row["source"],
    )


def _yes(cell: str) -> bool:
    if cell not in {"yes", "no"}:
        raise ValueError(f"is_host_default must be yes or no, not {cell!r}")
    return cell == "yes"


def _control_centre(raw: Mapping[str, Any]) -> ControlCentre:
    return ControlCentre(
        name=raw["name"],
        name_en=raw["name_en"],
        organisation=raw["organisation"],
        technician=Technician(name=raw["technician"]["name"], phone=raw["technician"]["phone"]),
        source=raw["source"],
    )


def _twice(values: Iterable[Hashable]) -> list[Hashable]:
    return [value for value, times in Counter(values).items() if times > 1]


def _check_keys(province: Province) -> Iterable[str]:
    for what, keys in (
        ("organisation", [one.key for one in province.organisations]),
        ("site", [one.key for one in province.sites]),
    ):
        for key in keys:
            if not _KEY.fullmatch(key) or len(key) > _KEY_LENGTH:
                yield f"{what} {key!r}: a key is lower-case ASCII words joined by hyphens"
        for again in _twice(keys):
            yield f"{what} {again!r}: the key stands twice"
    for number in _twice(site.number for site in province.sites):
        yield f"site number {number} stands twice"


def _check_tree(province: Province) -> Iterable[str]:
    parents = {one.key: one.parent for one in province.organisations}
    for key, parent in parents.items():
        if parent is not None and parent not in parents:
            yield f"organisation {key!r}: the parent {parent!r} does not exist"
        above = {key}
        step = parent
        while step is not None and step not in above:
            above.add(step)
            step = parents.get(step)
        if step is not None:
            yield f"organisation {key!r}: its parents form a circle"
    used = {site.organisation for site in province.sites} | {province.control_centre.organisation}
    for key in sorted(used - parents.keys()):
        yield f"organisation {key!r} is used but does not exist"


def _check_duties(province: Province) -> Iterable[str]:
    known = {one.key for one in province.organisations}
    for entry in province.duties:
        if entry.organisation not in known:
            yield f"duty {entry.duty.value!r}: {entry.organisation!r} does not exist"
        if not entry.source:
            yield f"duty {entry.duty.value!r}: the source is missing"
    for again in _twice((entry.duty, entry.organisation) for entry in province.duties):
        yield f"duty {again!r} stands twice"


def _check_sites(province: Province) -> Iterable[str]:
    hosts = [site.key for site in province.sites if site.is_host_default]
    if len(hosts) != 1:
        yield f"exactly one site is the default host, not {len(hosts)}"
    if [site.number for site in province.sites] != list(range(1, len(province.sites) + 1)):
        yield "site numbers must run from 1 without a gap, in the order of the wall"
    for site in province.sites:
        if site.kind not in SITE_KINDS:
            yield f"site {site.key!r}: kind {site.kind!r} is not known"
        if site.access not in ACCESS_KINDS:
            yield f"site {site.key!r}: access {site.access!r} is not known"
        if (site.latitude is None) != (site.longitude is None):
            yield f"site {site.key!r}: latitude and longitude go together"
        if not site.source:
            yield f"site {site.key!r}: the source is missing"
        yield from _check_technician(f"site {site.key!r}", site.technician)
    yield from _check_technician("control centre", province.control_centre.technician)


def _check_technician(where: str, technician: Technician) -> Iterable[str]:
    if not technician.name:
        yield f"{where}: the technician has no name"
    if not _PHONE.fullmatch(technician.phone):
        yield f"{where}: write the telephone number as 0900 000 001, not {technician.phone!r}"


def _check_texts(province: Province) -> Iterable[str]:
    texts = [province.name, province.control_centre.name]
    for organisation in province.organisations:
        texts += [organisation.name, organisation.short_name, organisation.area]
        if not (organisation.name and organisation.short_name):
            yield f"organisation {organisation.key!r}: name and short name are needed"
    for site in province.sites:
        texts += [site.name, site.short_name, site.area, site.technician.name]
        if not (site.name and site.short_name and site.area):
            yield f"site {site.key!r}: name, short name and area are needed"
    for text in texts:
        if not unicodedata.is_normalized("NFC", text):
            yield f"{text!r} is not in Unicode form NFC"
