"""Finds, reads and chooses profiles. The only part of the package that reads files."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from diemcau.regulation import clauses
from diemcau.regulation.model import Profile
from diemcau.regulation.validator import Problem, ProfileInvalid, check_together, profile_from

PROFILES = Path(__file__).parent / "profiles"


class ProfileNotFound(LookupError):
    """No profile of that province, or none in force on that day."""


def load_profile_file(path: Path) -> Profile:
    """Read one profile file.

    Raises ProfileInvalid when it is not TOML or breaks a rule of the format, OSError when it
    cannot be read.
    """
    try:
        with path.open("rb") as stream:
            raw = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileInvalid([Problem(path.name, "file", str(error))]) from error
    return profile_from(raw, path.name)


def load_profiles(directory: Path = PROFILES) -> tuple[Profile, ...]:
    """Read every profile of a directory, ordered by province and version.

    Raises ProfileInvalid when one is wrong or two contradict one another.
    """
    pairs: list[tuple[str, Profile]] = []
    problems: list[Problem] = []
    for path in sorted(directory.glob("*.toml")):
        try:
            pairs.append((path.name, load_profile_file(path)))
        except ProfileInvalid as error:
            problems.extend(error.problems)
    if problems:
        raise ProfileInvalid(problems)
    check_together(pairs)
    profiles = (profile for _, profile in pairs)
    return tuple(sorted(profiles, key=lambda one: (one.key, one.regulation.version)))


def load_profile(key: str, *, on: date, directory: Path = PROFILES) -> Profile:
    """Return the profile of a province that is in force on a day.

    `key` is the province (`lam-dong`). `on` decides between versions: the latest that had begun.
    Raises ProfileNotFound, or ProfileInvalid when the profiles of `directory` cannot be used.
    """
    profiles = _shipped() if directory == PROFILES else load_profiles(directory)
    versions = [profile for profile in profiles if profile.key == key]
    if not versions:
        known = ", ".join(sorted({profile.key for profile in profiles}))
        raise ProfileNotFound(f"no profile of {key!r}; known: {known}")
    begun = [profile for profile in versions if profile.regulation.in_force(on)]
    if not begun:
        first = versions[0].regulation
        raise ProfileNotFound(f"{key}: not in force on {on}; begins on {first.effective_from}")
    return begun[-1]


def clause_label(clause: str) -> str:
    """Print a clause of a shipped regulation: `LĐ 12.2a` for `LD-12.2a`.

    The label is data of the profile; a code that no shipped profile has is printed as it is.
    Raises ValueError when `clause` is not written as a clause.
    """
    code = clauses.code_of(clause)
    return clauses.printed(clause, _labels().get(code, code))


@cache
def _shipped() -> tuple[Profile, ...]:
    return load_profiles(PROFILES)


@cache
def _labels() -> dict[str, str]:
    return {profile.regulation.code: profile.regulation.label for profile in _shipped()}
