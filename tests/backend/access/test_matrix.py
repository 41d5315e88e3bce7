"""Every entrance × every role. A new address fails here until its row in matrix.txt says who may enter.

After a deliberate change: `python -m pytest tests/backend/access --write-matrix`, and read the difference.
"""

from tests.backend.access.entrances import TABLE, as_text, table


def test_every_entrance_admits_exactly_who_it_should(cast, request):
    text = as_text(table(cast.people), cast.people)
    if request.config.getoption("--write-matrix"):
        TABLE.write_text(text)
    assert text == TABLE.read_text()
