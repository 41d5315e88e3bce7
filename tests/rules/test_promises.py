"""The documents against the tree: every test that a promise names exists, and no link leads nowhere."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISED = re.findall(r"\| ([^|\s]+)::([^|]+?) \|$", (ROOT / "docs/promises.md").read_text("utf-8"), re.MULTILINE)
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)]*\)")


@cache
def names_in(file: str) -> frozenset[str]:
    text = (ROOT / file).read_text("utf-8")
    if file.endswith(".ts"):
        return frozenset(re.findall(r'^test\("(.+?)",', text, re.MULTILINE))
    return frozenset(
        node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_there_are_promises():
    assert len(PROMISED) > 20


@pytest.mark.parametrize(("file", "name"), PROMISED, ids=[name for _, name in PROMISED])
def test_the_test_behind_a_promise_exists(file, name):
    assert name in names_in(file)


@pytest.mark.parametrize("document", DOCUMENTS, ids=[str(d.relative_to(ROOT)) for d in DOCUMENTS])
def test_links_lead_somewhere(document):
    targets = [document.parent / target for target in LINK.findall(document.read_text("utf-8"))]
    assert [str(t) for t in targets if not t.exists()] == []
