"""Answers to items of every kind: a value is taken, judged, shown, and a misfit leaves nothing behind."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.dispatch.services import NewDispatch, send
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.foundation.shapes import convert, plain
from backend.hazards.models import Hazard
from backend.inspections.bodies import NewAnswer, NewPhoto
from backend.inspections.models import Answer, Inspection
from backend.inspections.services import submit
from backend.inspections.views import inspection_view
from backend.standards.expressions import parse
from backend.standards.items import Choice, Item, Words
from backend.standards.models import Checklist
from tests.backend.phone import Phone
from tests.cast import SHA, TOWN


def words(zh: str) -> Words:
    return Words(zh=zh, en=zh)


def item(key: str, kind: str = "verdict", **fields) -> Item:
    return Item(key=key, section=words("现场"), text=words(f"{key} 题"), clauses=[], kind=kind, **fields)


FLOOR = [Choice(key="dry", text=words("干燥")), Choice(key="wet", text=words("积水"), fails=True)]
ITEMS = [
    item("exits"),
    item("oxygen", "number", unit="%", constraint=parse(". >= 0 and . <= 100"), fails_when=parse(". < 19.5")),
    item("floor", "choice", choices=FLOOR, photo_when_failed=False),
    item("drain", relevant=parse("${floor} = 'wet'")),
    item("people", "number", integer=True, required=False),
    item("remark", "text", required=False),
    item("sign", "photo"),
    item("advice", "note"),
]
GOOD = {
    "exits": {"verdict": "pass"}, "oxygen": {"value": 20.9}, "floor": {"value": "dry"}, "people": {"value": 12},
    "remark": {"value": "已交底"}, "sign": {"photos": 1},
}  # fmt: skip


@pytest.fixture
def task(cast):
    """wang is sent to grid 1 with a checklist of all kinds."""
    row = Checklist.objects.create(
        key="all-kinds", division=TOWN, version=3, title_zh="各种题型", title_en="All kinds", sector="07",
        items=plain(ITEMS), published_at=clock.now(),
    )  # fmt: skip
    wanted = NewDispatch(
        id=uuid4(), title="各种题型", grid_uids=[cast.grids[0].uid], checklist_id=row.pk, per_grid=1,
        deadline=clock.now() + timedelta(days=1),
    )  # fmt: skip
    return send(wanted, acting_user=cast.lead).tasks.get()


def answers(**changes) -> list[NewAnswer]:
    """Good answers with some changed, or with None left out; `photos` is how many."""
    whole = {key: said for key, said in (GOOD | changes).items() if said is not None}
    return [
        NewAnswer(item=key, **(said | {"photos": [NewPhoto(sha256=SHA, taken_at=clock.now())] * said.get("photos", 0)}))
        for key, said in whole.items()
    ]


def record(cast, task, **changes):
    return cast.result(task, checklist_id=task.dispatch.checklist_id, answers=answers(**changes))


def submitted(cast, task, **changes):
    row = submit(record(cast, task, **changes), acting_user=cast.wang)
    return {answer.item: answer for answer in inspection_view(row).answers}


def test_values_are_stored_and_shown_and_what_follows_is_their_verdict(cast, task):
    shown = submitted(cast, task)
    assert {key: (a.value, a.verdict) for key, a in shown.items()} == {
        "exits": (None, "pass"), "oxygen": (20.9, "pass"), "floor": ("dry", "pass"), "people": (12, "pass"),
        "remark": ("已交底", "pass"), "sign": (None, "pass"),
    }  # fmt: skip
    assert "drain" not in shown, "it was not asked"
    assert not Hazard.objects.exists()


def test_a_whole_number_comes_back_whole(cast, task):
    submitted(cast, task)
    page = Phone(cast.lead).get("/api/inspections", task=str(task.pk)).json()
    values = {answer["item"]: answer["value"] for answer in page["results"][0]["answers"]}
    assert (values["people"], values["oxygen"], values["exits"]) == (12, 20.9, None)
    assert isinstance(values["people"], int)


def test_a_value_that_is_not_in_order_opens_a_hazard_that_names_it(cast, task):
    shown = submitted(cast, task, oxygen={"value": 17.5, "photos": 1, "note": "池底"})
    assert shown["oxygen"].verdict == "fail"
    row = Hazard.objects.get()
    assert (row.item, row.description) == ("oxygen", "不符合：oxygen 题，实为 17.5 %。池底")
    assert row.photos.get().sha256 == SHA


def test_a_choice_that_is_not_in_order_opens_one_and_asks_what_depends_on_it(cast, task):
    shown = submitted(cast, task, floor={"value": "wet"}, drain={"verdict": "pass"})
    assert (shown["floor"].verdict, shown["drain"].verdict) == ("fail", "pass")
    assert Hazard.objects.get().description == "不符合：floor 题，实为 积水"


def test_the_inspectors_own_word_goes_before_the_value(cast, task):
    shown = submitted(
        cast, task, oxygen={"value": 17.5, "verdict": "pass"}, people={"value": 3, "verdict": "fail", "photos": 1}
    )
    assert (shown["oxygen"].verdict, shown["people"].verdict) == ("pass", "fail")
    assert Hazard.objects.get().item == "people"


def test_what_is_not_required_may_be_left_out_or_sent_empty(cast, task):
    shown = submitted(cast, task, people=None, remark={"value": "", "note": "见后"})
    assert "people" not in shown
    assert (shown["remark"].value, shown["remark"].verdict, shown["remark"].note) == ("", "na", "见后")


@pytest.mark.parametrize(
    ("changes", "code", "misfit"),
    [
        ({"oxygen": {"value": "很好"}}, "answers_invalid", ("oxygen", "not_a_number", "要填数字")),
        ({"oxygen": {"value": 120}}, "answers_invalid", ("oxygen", "constraint_broken", "填写的值不符合要求")),
        ({"oxygen": {"value": 10**40}}, "answers_invalid", ("oxygen", "number_too_large", "数字太大，核对后重填")),
        ({"oxygen": {"value": 17.5}}, "photo_missing", ("oxygen", "photo_missing", "不合格的检查项要拍照")),
        ({"oxygen": None}, "answers_incomplete", ("oxygen", "answer_missing", "还没有回答")),
        ({"oxygen": {}}, "answers_incomplete", ("oxygen", "answer_missing", "还没有填写")),
        ({"exits": {}}, "answers_incomplete", ("exits", "verdict_missing", "要选合格、不合格或不涉及")),
        (
            {"exits": {"verdict": "pass", "value": 3}},
            "answers_invalid",
            ("exits", "wrong_kind", "这一项不填数值或文字"),
        ),
        ({"floor": {"value": "icy"}}, "answers_invalid", ("floor", "not_a_choice", "不在选项里")),
        ({"floor": {"value": "wet"}}, "answers_incomplete", ("drain", "answer_missing", "还没有回答")),
        ({"drain": {"verdict": "pass"}}, "answers_invalid", ("drain", "not_asked", "按前面的回答，这一项不用填")),
        ({"people": {"value": 2.5}}, "answers_invalid", ("people", "not_whole", "要填整数")),
        ({"remark": {"value": "字" * 2001}}, "answers_invalid", ("remark", "too_long", "最多 2000 个字")),
        ({"sign": {}}, "photo_missing", ("sign", "photo_missing", "要拍照")),
        ({"gone": {"value": 1}}, "unknown_item", ("gone", "unknown_item", "检查表里没有这一项")),
    ],
)
def test_a_misfit_names_item_and_reason_and_nothing_is_stored(cast, task, changes, code, misfit):
    with pytest.raises(Problem, match=f"^{code}:") as refused:
        submit(record(cast, task, **changes), acting_user=cast.wang)
    named = [(m["item"], m["code"], m["why"]) for m in refused.value.fields["misfits"]]
    assert named[0] == misfit and {item for item, _, _ in named} == {misfit[0]}
    assert misfit[2] in refused.value.detail and misfit[0] in refused.value.fields["items"]
    assert not Inspection.objects.exists() and not Answer.objects.exists() and not Hazard.objects.exists()
    task.refresh_from_db()
    assert task.state == "sent"


def test_every_misfit_is_named_at_once(cast, task):
    with pytest.raises(Problem, match=r"^answers_incomplete:") as refused:
        submit(record(cast, task, exits=None, oxygen={"value": "x"}, people={"value": 2.5}), acting_user=cast.wang)
    assert [(m["item"], m["code"]) for m in refused.value.fields["misfits"]] == [
        ("exits", "answer_missing"), ("oxygen", "not_a_number"), ("oxygen", "constraint_broken"), ("people", "not_whole"),
    ]  # fmt: skip
    assert refused.value.fields["items"] == ["exits"], "those of the code that is named"


def test_what_phones_sent_so_far_is_read_as_before():
    old = convert({"item": "exits", "verdict": "pass", "note": "", "clause_id": None, "photos": []}, NewAnswer)
    assert (old.verdict, old.value) == ("pass", None)


@pytest.mark.parametrize("value", [True, [1], {"a": 1}])
def test_a_value_is_a_number_or_a_text(value):
    with pytest.raises(Problem, match="unreadable"):
        convert({"item": "oxygen", "value": value}, NewAnswer)


def test_over_the_wire_a_misfit_is_rejected_and_the_next_operation_goes_on(cast, task):
    phone = Phone(cast.wang)
    bad, good = record(cast, task, oxygen={"value": 120}), record(cast, task)
    results = phone.submit(phone.op("inspection.submit", bad), phone.op("inspection.submit", good))
    assert [(r["status"], r["code"]) for r in results] == [("rejected", "answers_invalid"), ("awaiting_blob", None)]
    assert "oxygen 题：填写的值不符合要求" in results[0]["detail"]
    assert Inspection.objects.get().pk == good.inspection_id
