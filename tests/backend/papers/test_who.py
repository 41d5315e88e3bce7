"""Who may issue which paper, and who may read it afterwards."""

from tests.backend.papers.read_back import issue
from tests.backend.phone import Phone
from tests.cast import TOWN

ISSUERS = {"lead", "head", "officer", "other_lead", "office"}
EXPORTERS = ISSUERS | {"wang", "li", "chen", "stranger", "mayor", "supervisor", "boss", "guard"}
TRACERS = {"office", "mayor", "supervisor"}
MAY = {
    "hazard-ledger": EXPORTERS, "inspection-record": ISSUERS, "rectification-order": ISSUERS, "recheck-opinion": ISSUERS,
    "traceback": TRACERS,
}  # fmt: skip


def test_each_kind_is_issued_by_exactly_who_may(cast):
    """An empty question is no paper for anybody; but for those who may not ask it is 403."""
    for name, user in cast.people.items():
        phone = Phone(user)
        for kind, allowed in MAY.items():
            status = phone.post(f"/api/papers/{kind}", {"nonsense": 1}).status_code
            assert (status != 403) == (name in allowed), (name, kind)
        assert (phone.post("/api/tracebacks", {}).status_code != 403) == (name in TRACERS), name
        assert (phone.get("/api/papers/templates").status_code != 403) == (name == "office"), name


READS = {"lead", "head", "officer", "office", "mayor", "supervisor"}  # the department, and who sees the whole town


def test_a_paper_is_read_by_its_department_and_the_offices(cast, inspected, lead):
    record = issue(lead, "inspection-record", inspection_id=inspected.pk)
    for name, user in cast.people.items():
        phone = Phone(user)
        listed = [one["id"] for one in phone.get("/api/papers").json()["results"]]
        statuses = {phone.get(f"/api/papers/{record['id']}{part}").status_code for part in ("", "/pdf", "/docx")}
        assert (listed, statuses) == (([record["id"]], {200}) if name in READS else ([], {404})), name


def test_a_traceback_is_read_only_by_who_sees_everything(cast, inspected, office):
    asked = {"since": "2026-01-01T00:00:00+08:00", "until": "2200-01-01T00:00:00+08:00", "division": f"{TOWN}000"}
    paper = issue(office, "traceback", **asked)
    for name, user in cast.people.items():
        status = Phone(user).get(f"/api/papers/{paper['id']}/pdf").status_code
        assert (status == 200) == (name in TRACERS), name


def test_lists_are_narrowed(cast, inspected, office):
    record = issue(office, "inspection-record", inspection_id=inspected.pk)
    issue(office, "hazard-ledger")
    for asked in (
        {"kind": "inspection_record"},
        {"subject": str(inspected.pk)},
        {"enterprise": str(inspected.enterprise_id)},
    ):
        assert [one["id"] for one in office.get("/api/papers", **asked).json()["results"]] == [record["id"]]


def test_a_form_the_paper_does_not_have_is_not_found(cast, office):
    ledger = issue(office, "hazard-ledger")
    assert office.get(f"/api/papers/{ledger['id']}/pdf").status_code == 404
