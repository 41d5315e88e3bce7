"""Scenario 15, by machine: the server against its own OpenAPI schema, asked by people of every kind.

For each address and method requests are made up, fitting and unfitting, by a fixed seed. No answer is 5xx, each is one that
the schema knows, every refusal is a problem of the catalogue.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.config.health import catalogue
from backend.config.scratch import DEMO_PASSWORD
from backend.papers.kinds import MEDIA, Form
from backend.standards.api import XLSX
from tests.faults.town import OFFICE, Town, long

import_module("backend.config.urls")
EXAMPLES = long(6, 50)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
NEVER = {("DELETE", "/api/session")}  # who signs out can ask nothing more; test_session.py has it
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


@schemathesis.serializer("application/offset+octet-stream", XLSX, MEDIA[Form.DOCX])
def as_bytes(context: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(params=["office", "worker", "anonymous"])
def person(request: pytest.FixtureRequest, running: Town) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.get(f"{running.url}/api/session")
        if request.param != "anonymous":
            # the first main holder of a grid in the demo town, or the safety office
            phone = OFFICE if request.param == "office" else "10000000101"
            answered = session.post(
                f"{running.url}/api/session", json={"phone": phone, "password": DEMO_PASSWORD}, headers=token(session)
            )
            assert answered.status_code == 200, answered.text
        session.stranger = request.param == "anonymous"  # type: ignore[attr-defined]
        yield session


def token(session: requests.Session) -> dict[str, str]:
    return {"X-CSRFToken": session.cookies.get("csrftoken") or ""}


def refusals_are_of_the_catalogue(context: Any, response: Any, case: Any) -> None:
    if response.status_code >= 400:
        assert response.headers["content-type"] == ["application/problem+json"], response.headers["content-type"]
        assert response.json()["code"] in catalogue(), response.text


def test_no_request_gets_an_answer_that_the_schema_does_not_know(person: requests.Session, running: Town) -> None:
    """Seen failing with GeoJSON documented as JSON, with a field of another type than documented, without the handler of 404
    (pages in HTML), and with made-up session cookies (everything was 401). What needs one odd character to go wrong, such as
    ² for a digit, is too rare for it: test_malformed.py has that.
    """
    schema = schemathesis.openapi.from_url(f"{running.url}/api/schema")
    # the session is the person's own; made-up cookies would make everybody a stranger
    schema.config.generation.with_security_parameters = False
    told, wrong = Counter[int](), []
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in MODES if (operation.method.upper(), operation.path) not in NEVER else []:
            try:
                told += ask(operation, mode, person)
            except (AssertionError, BaseExceptionGroup) as fault:
                wrong.append(f"{operation.label} {mode.name}: {fault}")
    assert wrong == []
    assert told.total() > 100
    assert person.stranger or (told[200] > 15 and not told[401]), told  # type: ignore[attr-defined]


def ask(operation: Any, mode: Any, person: requests.Session) -> Counter[int]:
    """How often each status was the answer."""
    told = Counter[int]()

    @seed(5)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        answered = case.call(session=person, headers=token(person))
        told[answered.status_code] += 1
        case.validate_response(answered, checks=[*CHECKS, refusals_are_of_the_catalogue])

    with contextlib.suppress(Unsatisfiable):  # nothing can be made wrong about an address that takes nothing
        one()
    return told
