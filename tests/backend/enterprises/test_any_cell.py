"""Whatever stands in a cell, a row gets its verdict: no cell stops a file."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.enterprises.importing import cells
from backend.enterprises.importing.headings import find_headings
from backend.enterprises.importing.judging import Judge
from backend.enterprises.importing.reference import reference_for
from backend.enterprises.models import Verdict
from tests.backend.enterprises.files import HEADINGS, as_csv, checked, table, unit
from tests.cast import TOWN

# pieces from which offices, and worse, put cells together
PIECES = [
    "1", "０", "二", "十", "年", "月", "日", "-", "/", ".", "°", "′", "″", "E", "e", "+", "86", "、", "九小场所", "石桥", "合计",
    "工贸", "\ufffd", "\0", "\u200b", "²", "٣", "#N/A", "99999999999999999999", "nan", "inf", " ", "'", "=",
]  # fmt: skip
texts = st.one_of(st.text(max_size=12), st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
anything = st.one_of(
    st.none(), texts, texts, st.integers(-(10**20), 10**20), st.floats(), st.booleans(), st.dates(), st.datetimes(),
    st.times(), st.timedeltas(),
)  # fmt: skip
READERS = [
    cells.text_of, cells.uscc_of, cells.phone_of, cells.count_of, cells.date_of, cells.coordinate_of, cells.parts_of,
]  # fmt: skip


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(cell=anything)
@settings(max_examples=150, deadline=None)
def test_a_cell_is_read_or_refused(read, cell):
    try:
        read(cell)
    except cells.CellFault as fault:
        assert fault.code
        assert fault.why
        assert fault.todo


def test_rows_of_anything_are_judged(cast):
    known = reference_for(TOWN)
    heading = list(HEADINGS.values())

    @given(rows=st.lists(st.lists(anything, min_size=len(heading), max_size=len(heading) + 1), min_size=1, max_size=4))
    @settings(max_examples=60, deadline=None)
    def judged(rows):
        headings = find_headings([heading])
        assert headings
        for row in Judge(headings, known, "EPSG:4490").rows_of([heading, *rows]):
            assert row.faults or row.values["grid"]
            assert all("\0" not in cell for cell in row.cells)

    judged()


def test_what_a_workbook_may_hold_besides_texts_and_numbers(cast):
    known, heading = reference_for(TOWN), list(HEADINGS.values())
    odd = [
        date(2023, 6, 1),
        datetime(2023, 6, 1, 8),
        time(8),
        timedelta(1),
        True,
        None,
        1e300,
        float("nan"),
        float("inf"),
    ]
    headings = find_headings([heading])
    assert headings
    assert all(row.faults for row in Judge(headings, known, "EPSG:4490").rows_of([heading, *([o] * 18 for o in odd)]))


def test_a_note_under_the_table_is_a_row_that_says_what_is_missing(cast):
    content = as_csv([*table([unit(1)]), ["填表人：演示", *[""] * 17]])
    good, note = checked(content).rows.all()
    assert (good.verdict, note.verdict) == (Verdict.READY, Verdict.REFUSED)
    assert {fault["code"] for fault in note.faults} == {"missing", "position_missing"}
