"""What is generated from the code is current."""

import pytest

from diemcau.config.generate import documents
from diemcau.installation import ROOT


@pytest.mark.parametrize("name", ["docs/openapi.json", "client/src/api/messages.ts"])
def test_a_generated_document_is_current(name: str) -> None:
    kept = (ROOT / name).read_text("utf-8")
    assert kept == documents()[name], "run python -m diemcau.config.generate"
