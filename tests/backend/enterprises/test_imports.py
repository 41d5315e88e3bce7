"""An import from the file to the register and back: dry run, good rows written, the rest kept, the whole undone."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from backend.enterprises.exporting import refused_rows
from backend.enterprises.importing import steps
from backend.enterprises.importing.problems import CRS_UNKNOWN, IMPORT_ID_REUSED, TOO_MANY_IMPORTS
from backend.enterprises.models import Enterprise, RegisterImport, Standing, Verdict
from backend.enterprises.services import EnterpriseEdit, edit
from backend.foundation.moves import ILLEGAL_MOVE
from backend.foundation.problems import NOT_FOUND, Problem
from backend.foundation.spreadsheets import read_table, to_csv, to_xlsx
from backend.journal.chain import verify_chain
from backend.journal.jobs import drain
from backend.journal.models import Delivery, Event
from tests.backend.enterprises.files import as_csv, checked, codes, finished, imported, table, uscc, verdicts
from tests.backend.enterprises.files import unit as row_for
from tests.backend.journal.writers import all_at_once, on_disk
from tests.backend.phone import Phone
from tests.cast import OTHER_TOWN, TOWN, make_cast

__all__ = ["on_disk"]


def refused_with(kind):
    return pytest.raises(Problem, match=kind.code)


def good(*numbers):
    return as_csv(table([row_for(n) for n in numbers]))


def made_by(found):
    return Enterprise.objects.filter(pk__in=found.rows.values("enterprise"))


def undone(found):
    return finished(steps.undo(found, acting_user=None))


def test_a_dry_run_leaves_the_register_as_it_is(cast):
    before = Enterprise.objects.count()
    found = checked(as_csv(table([row_for(1), row_for(2, risk="紫")])))
    assert (found.state, verdicts(found)) == ("checked", ["ready", "refused"])
    assert Enterprise.objects.count() == before
    assert not Event.objects.filter(type="enterprise.registered").exists()


def test_good_rows_are_written_and_the_others_kept(cast):
    found = imported(as_csv(table([row_for(1), row_for(2, risk="紫"), row_for(3)])))
    assert (found.state, verdicts(found)) == ("imported", ["imported", "refused", "imported"])
    assert set(made_by(found).values_list("uscc", flat=True)) == {uscc(1), uscc(3)}


def test_every_unit_is_an_event_for_the_phones_of_its_grid(cast):
    found = imported(good(1, 2))
    said = Event.objects.filter(type="enterprise.registered")
    assert {event.target for event in said} == {str(row.enterprise_id) for row in found.rows.all()}
    streams = set(Delivery.objects.filter(event__in=said).values_list("stream", flat=True))
    assert streams == {f"g:{cast.grids[0].pk}"}
    assert verify_chain(TOWN).ok


def test_the_phone_has_what_the_events_said(cast):
    phone = Phone(cast.wang)
    stream = f"g:{cast.grids[0].pk}"
    begun = phone.snapshot(stream)
    imported(good(1))
    (event,) = phone.pull({stream: begun["as_of"]})["events"]
    fresh = [row["v"] for row in phone.snapshot(stream)["rows"] if row["k"] == "enterprise"]
    assert event["b"]["enterprise"] in fresh
    assert event["b"]["enterprise"]["version"] == 1


def test_each_step_leaves_its_line(cast):
    found = undone(imported(good(1), by=cast.office))
    assert [(move.from_state, move.to_state) for move in found.moves.all()] == [
        ("arrived", "checked"), ("checked", "importing"), ("importing", "imported"), ("imported", "undoing"),
        ("undoing", "undone"),
    ]  # fmt: skip
    assert found.sent_by == cast.office


def test_undo_strikes_everything_off_and_it_can_be_imported_again(cast):
    found = undone(imported(good(1, 2)))
    assert (found.state, verdicts(found)) == ("undone", ["undone", "undone"])
    assert set(made_by(found).values_list("standing", flat=True)) == {Standing.STRUCK}
    assert verdicts(imported(good(1, 2))) == ["imported", "imported"]


def test_undo_keeps_what_somebody_has_worked_with(cast):
    found = imported(as_csv(table([row_for(1, tags="九小场所"), row_for(2)])))
    cast.send(1, per_grid=50)
    found = undone(found)
    assert verdicts(found) == ["kept", "undone"]
    kept = found.rows.get(verdict=Verdict.KEPT)
    assert codes(kept) == ["still_tied"]
    assert "任务" in kept.faults[0]["why"]
    assert kept.enterprise.standing == Standing.LISTED


def test_undo_keeps_an_edited_unit_and_says_so(cast):
    found = imported(good(1, 2))
    unit = made_by(found).get(uscc=uscc(1))
    edit(unit, edited(unit, workers=99), acting_user=cast.office)
    found = undone(found)
    assert verdicts(found) == ["kept", "undone"]
    assert "改过" in found.rows.get(number=2).faults[0]["why"]
    unit.refresh_from_db()
    assert unit.standing == Standing.LISTED


def edited(unit, **changes):
    return EnterpriseEdit(
        **{"version": unit.version, "name": unit.name, "uscc": unit.uscc, "kind": unit.kind, "sectors": unit.sectors,
           "lon": unit.lon, "lat": unit.lat} | changes
    )  # fmt: skip


def test_somebody_was_faster_than_the_import(cast):
    """The file waits while others go on registering."""
    first, second = checked(good(1, 2)), checked(good(1))
    finished(steps.carry_out(second, acting_user=None))
    found = finished(steps.carry_out(first, acting_user=None))
    assert verdicts(found) == ["refused", "imported"]
    assert codes(found.rows.get(number=2)) == ["already_registered"]


def test_many_rows_go_in_portions_and_any_of_them_may_be_done_twice(cast, monkeypatch):
    monkeypatch.setattr(steps, "PORTION", 2)
    found = steps.carry_out(checked(good(*range(1, 6))), acting_user=None)
    seen = []
    while found.state == "importing":
        steps.advance(found)
        steps.advance_imports(TOWN)
        found.refresh_from_db()
        seen.append(found.rows.filter(verdict=Verdict.IMPORTED).count())
    assert seen[-1] == 5
    assert made_by(found).count() == 5
    assert Event.objects.filter(type="enterprise.registered").count() == 5


def test_workers_at_once_write_no_row_twice(on_disk, monkeypatch):
    monkeypatch.setattr(steps, "PORTION", 3)
    make_cast()
    found = steps.carry_out(checked(good(*range(1, 10))), acting_user=None)
    all_at_once(lambda _: finished(RegisterImport.objects.get(pk=found.pk)), 3)
    assert verdicts(found) == ["imported"] * 9
    assert made_by(found).count() == 9
    assert Event.objects.filter(type="enterprise.registered").count() == 9
    assert verify_chain(TOWN).ok


def test_parks_come_before_their_tenants(cast):
    rows = [row_for(1, park="演示单位3"), row_for(2, park="演示单位1"), row_for(3)]
    found = imported(as_csv(table(rows)))
    assert verdicts(found) == ["imported", "refused", "imported"]
    assert made_by(found).get(uscc=uscc(1)).park.name == "演示单位3"
    assert codes(found.rows.get(number=3)) == ["unknown_park"]
    assert verdicts(undone(found)) == ["undone", "refused", "undone"]


def test_an_import_is_carried_out_once(cast):
    found = imported(good(1))
    with refused_with(ILLEGAL_MOVE):
        steps.carry_out(found, acting_user=None)
    with refused_with(ILLEGAL_MOVE):
        steps.undo(checked(good(2)), acting_user=None)


def test_the_same_request_again_is_the_same_import(cast):
    wanted = steps.NewImport(id=uuid4(), town=TOWN, file_name="a.csv")
    first = steps.take(wanted, good(1), acting_user=cast.office)
    assert steps.take(wanted, good(1), acting_user=cast.office) == first
    with refused_with(IMPORT_ID_REUSED):
        steps.take(wanted, good(2), acting_user=cast.office)


def test_asked_again_it_goes_on(cast):
    """A worker that gave up for good is no dead end."""
    found = steps.carry_out(checked(good(1)), acting_user=None)
    version = found.version
    steps.carry_out(found, acting_user=None)
    assert (found.state, found.version) == ("importing", version + 1)
    assert verdicts(finished(found)) == ["imported"]


def test_a_portion_costs_the_same_queries_however_many_rows(cast, django_assert_max_num_queries):
    few, many = checked(good(1, 2)), checked(good(*range(10, 60)))
    for found in (few, many):
        steps.carry_out(found, acting_user=None)
        with django_assert_max_num_queries(45):
            steps.advance(found)
    assert verdicts(many) == ["imported"] * 50


def test_not_more_than_some_at_a_time(cast):
    for _ in range(steps.MOST_UNDER_WAY):
        steps.take(steps.NewImport(id=uuid4(), town=TOWN, file_name="a.csv"), good(1), acting_user=None)
    with refused_with(TOO_MANY_IMPORTS):
        steps.take(steps.NewImport(id=uuid4(), town=TOWN, file_name="a.csv"), good(1), acting_user=None)


def test_an_unknown_coordinate_system_is_refused(cast):
    with refused_with(CRS_UNKNOWN):
        checked(good(1), crs="EPSG:999999")


@pytest.mark.parametrize("who", ["lead", "mayor", "wang", "admin", "boss"])
def test_only_the_office_imports(cast, who):
    with refused_with(NOT_FOUND):
        checked(good(1), by=cast.people[who])


def test_the_office_of_a_town_imports_into_no_other(cast):
    wanted = steps.NewImport(id=uuid4(), town=OTHER_TOWN, file_name="a.csv")
    with refused_with(NOT_FOUND):
        steps.take(wanted, good(1), acting_user=cast.office)


def send(phone, content, **query):
    asked = {"id": str(uuid4()), "town": TOWN, "file_name": "名录.csv"} | query
    address = "/api/register/imports?" + "&".join(f"{name}={value}" for name, value in asked.items())
    return phone._send("post", address, content, "application/octet-stream")


def test_over_rest_with_the_worker(committed_cast):
    """As the console does it: send, wait for the worker, look, carry out, fetch, undo."""
    phone, content = Phone(committed_cast.office), as_csv(table([row_for(1), row_for(2, workers="多")]))
    answered = send(phone, content)
    assert answered.status_code == 202, answered.content
    address = f"/api/register/imports/{answered.json()['id']}"
    work()
    now = phone.get(address).json()
    assert (now["state"], now["counts"], now["encoding"]) == ("checked", {"ready": 1, "refused": 1}, "gb18030")
    (refused,) = phone.get(f"{address}/rows", verdict="refused").json()["results"]
    assert refused["number"] == 3
    assert refused["faults"][0].items() >= {"field": "workers", "column": "从业人数", "code": "count_wrong"}.items()
    assert phone.get(f"{address}/file").content == content
    assert phone.post(f"{address}/carry-out", {}).status_code == 202
    work()
    assert phone.get(address).json()["counts"] == {"imported": 1, "refused": 1}
    assert phone.post(f"{address}/undo", {}).status_code == 202
    work()
    assert phone.get(address).json()["counts"] == {"undone": 1, "refused": 1}
    assert phone.post(f"{address}/undo", {}).json()["code"] == "illegal_move"


def work():
    while drain():
        pass


def test_an_import_of_another_town_does_not_exist(cast):
    found = checked(good(1))
    RegisterImport.objects.filter(pk=found.pk).update(town=OTHER_TOWN)
    assert Phone(cast.office).get(f"/api/register/imports/{found.pk}/rows").status_code == 404


def test_rows_come_in_pages(cast, monkeypatch):
    monkeypatch.setattr("backend.enterprises.importing.api.ROWS", 2)
    found, phone = checked(good(1, 2, 3)), Phone(cast.office)
    first = phone.get(f"/api/register/imports/{found.pk}/rows").json()
    rest = phone.get(f"/api/register/imports/{found.pk}/rows", after=first["next"]).json()
    assert [row["number"] for row in first["results"] + rest["results"]] == [2, 3, 4]
    assert rest["next"] is None


def test_refused_rows_put_right_are_taken(cast):
    """The file of refused rows is what the office works on: same cells, reasons beside them, read again as it is."""
    found = imported(as_csv(table([row_for(1), row_for(2, workers="多", name="=1+1")])))
    content = Phone(cast.office).get(f"/api/register/imports/{found.pk}/refused").content
    heading, row = read_table(content).rows
    assert heading[-3:] == ["原行号", "问题", "怎么办"]
    assert row[-3] == 3
    assert "从业人数：“多”不是人数" in str(row[-2])
    again = imported(to_xlsx([heading, [cell if cell != "多" else "5" for cell in row]], "x"))
    assert verdicts(again) == ["imported"]
    assert again.ignored == ["原行号", "问题", "怎么办"]
    assert list(refused_rows(found))[1][0] == "=1+1"


def whole():
    """Every column in use, and names that a spreadsheet would work out."""
    return [
        row_for(1, name="=SUM(演示)", tags="九小场所、民用爆炸物品", risk="红", workers="７", safety_manager="演示乙",
                safety_manager_phone="0750-2223334", opened_on="2023.6.15"),
        row_for(2, kind="个体户", uscc="", department="", opened_on="", park="演示单位3", lon="110.012"),
        row_for(3, village="河口", lon="110.025", kind="项目"),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "csv", "csv?encoding=gb18030"])
def test_the_export_comes_back_unchanged(cast, form):
    Enterprise.objects.all().update(standing=Standing.STRUCK)
    first = imported(as_csv(table(whole())))
    exported = Phone(cast.office).get(f"/api/enterprises.{form}").content
    assert verdicts(checked(exported)) == ["unchanged"] * 3
    undone(first)
    assert verdicts(imported(exported)) == ["imported"] * 3
    again = Phone(cast.office).get(f"/api/enterprises.{form}").content
    assert sorted(map(str, read_table(again).rows)) == sorted(map(str, read_table(exported).rows))


def test_the_export_says_in_what_its_positions_are(cast):
    heading = read_table(Phone(cast.lead).get("/api/enterprises.csv").content).rows[0]
    assert "经度（CGCS2000）" in heading


def test_a_department_lead_of_another_town_exports_nothing_of_this(cast):
    cast.lead.roles_held.update(division=OTHER_TOWN)
    assert len(read_table(Phone(cast.lead).get("/api/enterprises.csv").content).rows) == 1


def test_what_a_spreadsheet_would_work_out_is_a_text():
    assert to_csv([["=1+1", "@x", 5]], "utf-8-sig").decode("utf-8-sig").strip() == "'=1+1,'@x,5"


def test_from_the_command_line(cast, tmp_path, capsys):
    file = tmp_path / "名录.csv"
    file.write_bytes(as_csv(table([row_for(1), row_for(2, risk="紫")])))
    call_command("import_register", str(file), "--town", TOWN)
    said = capsys.readouterr().out
    assert "已试算：可导入 1，有问题，未导入 1 行" in said
    assert "已导入：已导入 1，有问题，未导入 1 行" in said
    assert "第 3 行 风险等级：不认识“紫”" in said
    found = RegisterImport.objects.get()
    assert str(found.pk) in said
    call_command("import_register", "--undo", str(found.pk))
    assert verdicts(found) == ["undone", "refused"]


def test_a_dry_run_from_the_command_line(cast, tmp_path):
    file = tmp_path / "名录.csv"
    file.write_bytes(good(1))
    call_command("import_register", str(file), "--town", TOWN, "--dry-run")
    assert not Enterprise.objects.filter(uscc=uscc(1)).exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["missing.csv", "--town", TOWN], "读不了"), (["missing.csv"], "--town"), ([], "--undo")],
)
def test_the_command_line_says_what_is_missing(cast, arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("import_register", *arguments)
