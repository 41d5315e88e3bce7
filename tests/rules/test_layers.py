"""Call down, publish up: what import-linter cannot see. Foreign keys point down, nothing hides in signals or functions."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).parents[2]
BACKEND = ROOT / "backend"
FILES = sorted(file for file in BACKEND.rglob("*.py") if "migrations" not in file.parts)
SIGNALS = {"django.dispatch", "django.core.signals", "django.db.models.signals", "django.contrib.auth.signals"}
# Django calls these before its settings or apps are ready
IMPORT_INSIDE = {"config/apps.py", "config/commandline.py"}


def layers() -> dict[str, int]:
    """App → height, from the contract that import-linter checks; what is not ours (Django's own) lies lowest."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (order,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return {
        name.strip().removeprefix("backend."): height
        for height, line in enumerate(reversed(order), start=1)
        for name in line.split("|")
    }


def foreign_keys() -> Iterator[tuple[str, str, str]]:
    """(app, model.field, app it points to) of every relation column of our models."""
    for model in apps.get_models():
        if model.__module__.startswith("backend."):
            for field in (*model._meta.fields, *model._meta.many_to_many):
                if field.is_relation and not field.auto_created:
                    yield model._meta.app_label, f"{model.__name__}.{field.name}", field.related_model._meta.app_label


def test_foreign_keys_point_down():
    height = layers()
    found = list(foreign_keys())
    assert len(found) > 30, "the models were not walked"
    up = [f"{app}.{name} → {to}" for app, name, to in found if height.get(to, 0) > height[app]]
    assert up == []


def test_every_app_has_its_layer():
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("backend.")}
    assert ours <= set(layers())


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def names(node: ast.Import | ast.ImportFrom) -> set[str]:
    origin = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return {*origin, *(".".join([*origin, alias.name]) for alias in node.names)}


def hidden(file: Path) -> Iterator[str]:
    functions = [node for node in ast.walk(parsed(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return (ast.unparse(inside) for function in functions for inside in imports(function))


def test_no_signals():
    """What follows what stands on one page, config/event_handlers.py."""
    found = {str(file): SIGNALS & {name for node in imports(parsed(file)) for name in names(node)} for file in FILES}
    assert {file: used for file, used in found.items() if used} == {}


def test_no_import_inside_a_function():
    """An import that dodges a circle hides that there is one."""
    found = {str(file.relative_to(BACKEND)): list(hidden(file)) for file in FILES}
    assert {file: inside for file, inside in found.items() if inside and file not in IMPORT_INSIDE} == {}


def test_the_walls_would_notice():
    """A rule that finds nothing is worth something only if it can find."""
    sample = ast.parse("def dodge():\n    from django.db.models.signals import post_save\n    import django.dispatch")
    found = set().union(*(names(node) for node in imports(sample)))
    assert {"django.db.models.signals", "django.dispatch"} <= found
