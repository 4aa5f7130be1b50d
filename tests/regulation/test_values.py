"""A value cannot be stated without a clause, nor silent with one."""

import pytest

from diemcau.regulation import SILENT, Value


@pytest.mark.parametrize(
    ("stated", "clause", "default", "why"),
    [
        (2, None, None, "a stated value needs a clause"),
        (2, "LD-1", 2, "a stated value has no default"),
        (SILENT, "LD-1", 2, "a silent value has no clause"),
        (SILENT, None, None, "a silent value needs a default"),
    ],
)
def test_a_value_that_contradicts_itself_cannot_be_made(
    stated: object, clause: str | None, default: object, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        Value(stated=stated, clause=clause, default=default, note_vi="a", note_en="a")


def test_a_default_of_no_is_still_a_default() -> None:
    value = Value(stated=SILENT, clause=None, default=False, note_vi="a", note_en="a")
    assert value.is_silent
    assert value.effective is False
