"""Problems, events, operations, choices, migrations: what others rely on is complete and in step."""

import ast
import json
import re
import typing
from collections import Counter
from importlib import import_module
from pathlib import Path

import msgspec
import pytest
from django.apps import apps
from django.core.management import call_command

from backend.dispatch.states import Fact, TaskState
from backend.foundation.problems import CATALOGUE
from backend.foundation.shapes import Body, View
from backend.hazards.states import HazardState, Level
from backend.journal.events import EVENT_TYPES
from backend.journal.handlers import FOLLOWERS, HANDLERS
from backend.sync.registry import OPERATIONS

import_module(
    "backend.config.urls"
)  # with the table of entrances every app is loaded, and has declared what it declares
BACKEND = Path(__file__).parents[2] / "backend"
CHINESE = re.compile(r"[一-鿿]")
STEPS_ASIDE = {"task.left"}  # says that something is no longer yours, and carries no view of it on purpose


def declared() -> list[str]:
    """The code of every `declare("…", …)` in the source."""
    trees = [ast.parse(file.read_text()) for file in BACKEND.rglob("*.py") if "migrations" not in file.parts]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "declare" and isinstance(call.args[0], ast.Constant)
    ]


def test_every_problem_is_declared_once_and_known():
    codes = declared()
    assert [code for code, times in Counter(codes).items() if times > 1] == []
    assert set(codes) == set(CATALOGUE)


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.code)
def test_every_problem_has_its_words_in_both_languages(kind):
    assert CHINESE.search(kind.zh)
    assert kind.en
    assert not CHINESE.search(kind.en)
    assert 400 <= kind.status < 600
    assert kind.fault in ("client", "server", "state")
    assert re.fullmatch("[a-z_]+", kind.code)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_event_carries_whole_views(name):
    """The reducer on a surface keeps the newest: each view needs an id and a version, and is replaced as a whole."""
    kind = EVENT_TYPES[name]
    assert name == kind.TYPE
    fields = msgspec.structs.fields(kind)
    assert fields
    if name in STEPS_ASIDE:
        assert {"task_id", "version"} <= {field.name for field in fields}
        return
    for field in fields:
        assert issubclass(field.type, View)
        types = {inner.name: inner.type for inner in msgspec.structs.fields(field.type)}
        assert {"id", "version"} <= set(types), f"{name}.{field.name}"
        assert types["version"] is int


def test_every_follower_is_a_handler_of_a_known_event():
    assert {name for names in FOLLOWERS.values() for name in names} <= set(HANDLERS)
    assert {kind for kind, names in FOLLOWERS.items() if names} <= set(EVENT_TYPES)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_has_a_body_and_a_service(name):
    """A body refuses what it does not know; the service takes just it and the acting user."""
    kind = OPERATIONS[name]
    assert issubclass(kind.body, Body)
    assert kind.body.__struct_config__.forbid_unknown_fields
    hints = typing.get_type_hints(kind.carry_out)
    assert {"acting_user", "return"} < set(hints)
    (body,) = set(hints) - {"acting_user", "return"}
    assert hints[body] is kind.body
    assert kind.carry_out.__module__.endswith((".services", ".steering"))


def test_the_operations_of_a_phone():
    tasks = {"task.open", "task.accept", "task.check_in", "task.decline", "task.return"}
    inspections = {"inspection.submit", "inspection.acknowledge"}
    hazards = {"hazard.report", "hazard.fix", "hazard.done", "hazard.recheck"}
    tests = {"communication_test.answer", "communication_test.confirm"}
    assert set(OPERATIONS) == tasks | inspections | hazards | tests


def test_the_models_are_in_step_with_their_migrations(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def choices():
    """(model.field, label) of every choice; those of sync are words of the protocol, which each surface translates."""
    for model in apps.get_models():
        if model.__module__.startswith("backend.") and model._meta.app_label != "sync":
            for field in model._meta.fields:
                for _, label in field.flatchoices:
                    yield f"{model.__name__}.{field.name}", str(label)


def test_every_choice_has_a_chinese_label():
    found = list(choices())
    assert len(found) > 40, "the models were not walked"
    assert [pair for pair in found if not CHINESE.search(pair[1])] == []


def test_every_state_has_a_chinese_label():
    for states in (TaskState, Fact, HazardState, Level):
        assert [state for state in states if not CHINESE.search(str(state.label))] == []


def test_every_shape_of_the_contract_is_in_it(tmp_path):
    """Two shapes of one name would be two words for the PWA: neither is then written, and its types cannot be made."""
    call_command("write_contract", tmp_path)
    text = (tmp_path / "schema.gen.json").read_text("utf-8")
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert named <= set(json.loads(text)["components"]["schemas"])
