"""Type-to-find: marks, case and punctuation do not matter, and initials find a name too.

The browser has the same rules in `client/src/domain/search.ts`; `tests/vectors/search.json` holds
both to them.
"""

import re
import unicodedata

NOT_FOUND = 0

_APOSTROPHES = re.compile("['’‘ʼ`]")
_BETWEEN_WORDS = re.compile("[^a-z0-9]+")


def fold(text: str) -> str:
    """Return the text in plain small letters: `Xã Đạ Tẻh` → `xa da teh`, `D’Ran` → `dran`."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFD", text)
        if not unicodedata.category(letter).startswith("M")
    )
    plain = bare.replace("đ", "d").replace("Đ", "d").lower()
    return _BETWEEN_WORDS.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def initials(text: str) -> str:
    """Return the first letters of the words: `Xã Đạ Tẻh` → `xdt`."""
    return "".join(word[0] for word in fold(text).split())


def rank_name(query: str, name: str) -> int:
    """Say how well a name answers the query: 0 not at all, more is better."""
    asked = fold(query)
    if not asked:
        return NOT_FOUND
    folded = fold(name)
    if folded == asked:
        return 90
    if folded.startswith(asked):
        return 80
    if f" {asked}" in f" {folded}":
        return 70
    compact = asked.replace(" ", "")
    letters = initials(name)
    if letters.startswith(compact):
        return 60
    if compact in letters:
        return 50
    held = folded.split()
    if all(any(own.startswith(word) for own in held) for word in asked.split()):
        return 40
    if compact in folded.replace(" ", ""):
        return 30
    return NOT_FOUND
