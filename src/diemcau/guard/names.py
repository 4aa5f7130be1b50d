"""Names that people give to files, made harmless before anybody else reads them."""

import re
import unicodedata

LONGEST = 120
"""Characters of a kept name, its extension included."""

UNNAMED = "tai-lieu"
"""What a file is called whose name leaves nothing."""

_SEPARATORS = re.compile(r'[/\\:*?"<>|]+')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])$", re.IGNORECASE)


def harmless(name: str, extension: str) -> str:
    """Return a file name for people: one line, in reading order, without a path.

    Args:
        name: as the browser sent it.
        extension: the one that belongs to the content, with its dot; the given one is dropped.
    """
    # The categories C*: controls, and marks that turn the reading order ("fdp.exe" for "exe.pdf").
    shown = "".join(
        c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C"
    )
    stem = re.split(r"[/\\]", shown)[-1].rpartition(".")
    kept = _SEPARATORS.sub(" ", stem[0] or stem[2])
    kept = " ".join(kept.split()).strip(". ")
    if not kept or _RESERVED.match(kept):
        kept = UNNAMED
    return kept[: LONGEST - len(extension)].rstrip(". ") + extension
