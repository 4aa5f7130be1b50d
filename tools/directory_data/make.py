"""Makes the directory data of the five provinces. Nothing at run time needs this script.

    python tools/directory_data/make.py            writes src/diemcau/directory/data
    python tools/directory_data/make.py --check    says whether the files are as they would be made

Needs PyPI `vietnamadminunits` 1.0.4 (MIT): names, kinds and coordinates of today's communes and
the old province and district of each. The rest stands in `bodies.toml`.
"""

import argparse
import csv
import io
import json
import re
import sqlite3
import sys
import tomllib
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from people import technician

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "src" / "diemcau" / "directory" / "data"
PINNED = "1.0.4"
DATA_SET = f"vietnamadminunits {PINNED}"
FIRST_AREA = "Cấp tỉnh"
TWO_TIERS_SINCE = "2025-07-01"

REPLACE_THEM = (
    "# Cán bộ kỹ thuật và số điện thoại dưới đây là giả định; đơn vị vận hành thay bằng dữ liệu"
    " thật.\n"
    "# Technicians and telephone numbers are invented; the operator replaces them.\n"
)
MADE = "# Made by tools/directory_data/make.py from bodies.toml and {data}.\n"


@dataclass(frozen=True)
class Commune:
    """A commune, ward or special zone of today."""

    name: str
    short_name: str
    latitude: float
    longitude: float
    old_province: str
    old_district: str


class DataSet:
    """The public data set, read from where the package is installed."""

    def __init__(self) -> None:
        found = version("vietnamadminunits")
        if found != PINNED:
            sys.exit(f"vietnamadminunits is {found}; install {PINNED}")
        spec = find_spec("vietnamadminunits")
        assert spec is not None and spec.origin is not None
        folder = Path(spec.origin).parent / "data"
        self._db = sqlite3.connect(f"file:{folder / 'dataset.db'}?mode=ro", uri=True)
        self._origins = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))

    def communes(self, province: str) -> list[Commune]:
        """Return today's communes in the order of the data set, which goes by old district."""
        origins = self._origins_of(province)
        rows = self._db.execute(
            "select ward, wardShort, wardKey, wardLat, wardLon from admin_units"
            " where provinceKey = ? order by rowid",
            (province,),
        )
        return [
            Commune(_text(name), _text(short), latitude, longitude, *origins[key])
            for name, short, key, latitude, longitude in rows
        ]

    def districts(self, province: str) -> list[tuple[str, float, float]]:
        """Return name, latitude and longitude of the districts before July 2025."""
        rows = self._db.execute(
            "select distinct district, districtLat, districtLon from admin_units_legacy"
            " where provinceShort = ? order by districtCode",
            (province,),
        )
        return [(_text(name), latitude, longitude) for name, latitude, longitude in rows]

    def _origins_of(self, province: str) -> dict[str, tuple[str, str]]:
        """Say of each commune from which old province and district most of it came."""
        parts: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for ward, olds in self._origins["DICT_PROVINCE_WARD_NO_DIVIDED"][province].items():
            for old in olds:
                parts[ward][_origin(old)] += 2
        divided = self._origins["DICT_PROVINCE_WARD_DIVIDED"].get(province, {})
        for old, news in divided.items():
            for new in news:
                parts[new["newWardKey"]][_origin(old)] += 1
        return {ward: counts.most_common(1)[0][0] for ward, counts in parts.items()}


def _origin(old: str) -> tuple[str, str]:
    province, district, *_ = old.split("_")
    return province, district


def _text(raw: str) -> str:
    """Write a name in NFC, with the dash and the apostrophe of printed Vietnamese."""
    return unicodedata.normalize("NFC", raw).replace(" - ", " – ").replace("'", "’")


def _slug(name: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    plain = bare.replace("đ", "d").replace("Đ", "d").lower().replace("’", "")
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def _committee(commune: str) -> str:
    """Name the People's Committee: `Xã Đạ Tẻh` → `UBND xã Đạ Tẻh`."""
    return f"UBND {commune[0].lower()}{commune[1:]}"


def _numbered_in_order(communes: list[Commune]) -> list[Commune]:
    """Put communes that differ only in a number beside one another, in the order of the number."""
    first: dict[str, int] = {}

    def place(position: int, commune: Commune) -> tuple[int, int]:
        stem = re.sub(r"\d+", "", commune.short_name).strip()
        digits = re.search(r"\d+", commune.short_name)
        return first.setdefault(stem, position), int(digits[0]) if digits else 0

    placed = [place(position, commune) for position, commune in enumerate(communes)]
    return [communes[i] for i in sorted(range(len(communes)), key=lambda i: (placed[i], i))]


class Sheet:
    """The rows of one province."""

    def __init__(self, key: str, given: dict[str, Any], data: DataSet) -> None:
        self.key = key
        self.given = given
        self.data = data
        self.organisations: list[list[str]] = []
        self.sites: list[list[str]] = []
        self.duties: list[list[str]] = []
        self.names: set[str] = set()

    def fill(self) -> None:
        communes = self.data.communes(self.given["data_set_key"])
        seat = next(one for one in communes if one.name == _text(self.given["seat"]))
        begins = self.given["bodies_from"].isoformat()
        for key, name, short, kind, tier, parent in self.given["organisations"]:
            self.organisations.append(
                [key, _text(name), _text(short), kind, tier, parent, FIRST_AREA, begins]
            )
        for key, name, short, kind, tier in self.given["partners"]:
            self.organisations.append(
                [key, _text(name), _text(short), kind, tier, "", FIRST_AREA, ""]
            )
        self.duties = [list(duty) for duty in self.given["duties"]]
        for key, name, short, organisation, source in self.given["sites"]:
            where = (seat.latitude, seat.longitude)
            self._site(key, name, short, FIRST_AREA, organisation, where, [], source)
        if "district_sites" in self.given:
            self._districts()
        self._communes(communes)

    def _districts(self) -> None:
        """Add the sites that a regulation places at the districts of its time."""
        renamed = self.given.get("district_rename", {})
        peoples = self.given.get("peoples_by_district", {})
        area = self.given["district_area"]
        for found, latitude, longitude in self.data.districts(
            self.given["district_source_province"]
        ):
            if found in self.given["district_except"]:
                continue
            name = renamed.get(found, found)
            short = re.sub("^(Thành phố|Thị xã|Huyện) ", "", name)
            key = _slug(name)
            root = self.given["root"]
            self.organisations.append(
                [key, _committee(name), short, "people_committee", "district", root, area, ""]
            )
            own = [peoples[_slug(short)]] if _slug(short) in peoples else []
            source = f"{self.given['district_sites']}; {DATA_SET}"
            self._site(key, _committee(name), short, area, key, (latitude, longitude), own, source)

    def _communes(self, communes: list[Commune]) -> None:
        peoples_of = self.given.get("peoples_by_district", {})
        for area in self.given["areas"]:
            own = [one for one in communes if one.old_province == area["old_province"]]
            for commune in _numbered_in_order(own):
                key = _slug(commune.name)
                self.organisations.append(
                    [
                        key,
                        _committee(commune.name),
                        commune.short_name,
                        "people_committee",
                        "commune",
                        self.given["root"],
                        area["name"],
                        TWO_TIERS_SINCE,
                    ]
                )
                if self.given["communes"] == "sites":
                    people = peoples_of.get(commune.old_district)
                    self._site(
                        key,
                        commune.name,
                        commune.short_name,
                        area["name"],
                        key,
                        (commune.latitude, commune.longitude),
                        [people] if people else area["peoples"],
                        f"{self.given['commune_source']}; {DATA_SET}",
                        often=not area.get("peoples_rarely", False),
                    )

    def _site(
        self,
        key: str,
        name: str,
        short: str,
        area: str,
        organisation: str,
        where: tuple[float, float],
        peoples: list[str],
        source: str,
        *,
        often: bool = True,
    ) -> None:
        number = len(self.sites) + 1
        self.sites.append(
            [
                str(number),
                key,
                _text(name),
                _text(short),
                area,
                organisation,
                "room",
                "dedicated",
                f"{where[0]:.4f}",
                f"{where[1]:.4f}",
                "yes" if number == 1 else "no",
                technician(f"{self.key}/{key}", peoples, self.names, often=often),
                f"0900 000 {number:03d}",
                source,
            ]
        )

    def files(self) -> dict[str, str]:
        """Return the four files by name."""
        return {
            f"{self.key}.toml": self._head(),
            f"{self.key}.organisations.csv": MADE.format(data=DATA_SET)
            + _csv("key name short_name kind tier parent area valid_from", self.organisations),
            f"{self.key}.duties.csv": MADE.format(data=DATA_SET)
            + _csv("duty organisation valid_from source", self.duties),
            f"{self.key}.sites.csv": MADE.format(data=DATA_SET)
            + REPLACE_THEM
            + _csv(
                "number key name short_name area organisation kind access latitude longitude"
                " is_host_default technician_name technician_phone source",
                self.sites,
            ),
        }

    def _head(self) -> str:
        centre = self.given["control_centre"]
        name = technician(f"{self.key}/control-centre", [], self.names)
        return (
            MADE.format(data=DATA_SET)
            + f"""
[province]
key = "{self.key}"
name = "{self.given["name"]}"
name_en = "{self.given["name_en"]}"

[control_centre]
name = "{centre["name"]}"
name_en = "{centre["name_en"]}"
organisation = "{centre["organisation"]}"
source = "{centre["source"]}"

"""
            + REPLACE_THEM
            + f"""[control_centre.technician]
name = "{name}"
phone = "0900 000 900"
"""
        )


def _csv(header: str, rows: list[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split())
    writer.writerows(rows)
    return out.getvalue()


def main() -> None:
    """Write the files, or with --check compare them."""
    parser = argparse.ArgumentParser(description="Make the directory data of the provinces.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    check = parser.parse_args().check
    data = DataSet()
    given = tomllib.loads((HERE / "bodies.toml").read_text(encoding="utf-8"))
    stale = []
    for key, province in given.items():
        sheet = Sheet(key, province, data)
        sheet.fill()
        for name, text in sheet.files().items():
            path = TARGET / name
            if check:
                if not path.is_file() or path.read_text(encoding="utf-8") != text:
                    stale.append(name)
            else:
                path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{key}: {len(sheet.organisations)} organisations, {len(sheet.sites)} sites")
    if stale:
        sys.exit(f"not as they would be made: {', '.join(stale)}")


if __name__ == "__main__":
    main()
