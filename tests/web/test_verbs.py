"""Every act that the code writes into the log has words for people."""

import ast
import re

from diemcau.conference import journal
from diemcau.installation import ROOT
from diemcau.web import texts_audit

WRITERS = {"transaction", "acting", "recorded_refusals", "record_all", "_record", "record", "note"}
VERB = re.compile(r"[a-z]+\.[a-z_]+")


def written() -> dict[str, str]:
    """Each verb in a call that writes an event, and where it stands."""
    found: dict[str, str] = {}
    for path in (ROOT / "src" / "diemcau").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name not in WRITERS:
                continue
            for part in ast.walk(node):
                value = getattr(part, "value", None)
                is_text = isinstance(part, ast.Constant) and isinstance(value, str)
                if is_text and VERB.fullmatch(value):
                    found[value] = f"{path.name}:{part.lineno}"
    return found


def test_every_verb_has_words_in_both_languages() -> None:
    known = journal.VERBS | texts_audit.VERBS
    verbs = written()
    assert len(verbs) > 60, "the code is read, not an empty folder"
    assert {verb: where for verb, where in verbs.items() if verb not in known} == {}
    assert all(vi and en for vi, en in known.values())
