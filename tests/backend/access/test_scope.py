"""What each person's lists hold: nothing outside their scope, by ids, over the real entrances."""

import pytest

from backend.inspections.services import submit
from tests.backend.phone import Phone

LISTS = ("tasks", "hazards", "inspections", "dispatches", "enterprises")


@pytest.fixture
def worked(cast):
    """The emergency department's lead has sent to all three grids; every task came back with one hazard."""
    tasks = cast.send(1, 2, 3, per_grid=1).tasks.order_by("grid__code")
    for task in tasks:
        submit(cast.result(task, fails=("gas",)), acting_user=task.assignee)
    cast.tasks = list(tasks)
    return cast


def seen(user, what):
    answered = Phone(user).get(f"/api/{what}").json()
    return {row["id"] for row in answered["results"]}


EXPECTED = {
    #             tasks  hazards  inspections  dispatches  enterprises
    "wang": (2, 2, 2, 0, 5),
    "li": (0, 1, 0, 0, 2),
    "chen": (1, 1, 1, 0, 2),
    "lead": (3, 3, 3, 1, 7),
    "head": (3, 3, 3, 1, 7),
    "officer": (3, 3, 3, 1, 7),
    "other_lead": (0, 3, 0, 0, 7),  # the venues' hazards are the fire station's
    "office": (3, 3, 3, 1, 7),
    "mayor": (3, 3, 3, 1, 7),
    "supervisor": (3, 3, 3, 1, 7),
    "expert": (0, 0, 0, 0, 0),
    "admin": (0, 0, 0, 0, 0),
    "stranger": (0, 0, 0, 0, 0),
    "boss": (0, 1, 1, 0, 1),
    "guard": (0, 1, 1, 0, 1),
}


@pytest.mark.parametrize("who", EXPECTED)
def test_lists_hold_what_the_person_may_see(worked, who):
    assert tuple(len(seen(worked.people[who], what)) for what in LISTS) == EXPECTED[who]


def test_everybody_is_in_the_table(cast):
    assert set(EXPECTED) == set(cast.people)


def test_a_worker_sees_own_tasks_only(worked):
    assert seen(worked.chen, "tasks") == {str(worked.tasks[2].pk)}


@pytest.mark.parametrize("what", ["tasks", "hazards", "inspections"])
def test_a_foreign_object_does_not_exist(worked, what):
    theirs = seen(worked.office, what)
    stranger = Phone(worked.stranger)
    assert {stranger.get(f"/api/{what}/{one}").status_code for one in theirs} == {404}


def test_grids_and_villages_end_at_the_town(cast):
    features = Phone(cast.stranger).get("/api/grids.geojson").json()["features"]
    assert {feature["properties"]["code"][:9] for feature in features} == {"900000002"}


def test_a_disabled_person_is_out_at_once(cast):
    phone = Phone(cast.office)
    type(cast.office).objects.filter(pk=cast.office.pk).update(is_active=False)
    assert phone.get("/api/tasks").status_code == 401


def test_a_photo_is_shown_to_who_sees_the_record(worked):
    import io

    from PIL import Image

    from backend.foundation import blobs
    from backend.inspections.models import Photo

    written = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(written, "PNG")
    sha = blobs.store(written.getvalue())
    Photo.objects.filter(inspection__task=worked.tasks[0]).update(sha256=sha)
    shown = Phone(worked.wang).get(f"/api/photos/{sha}")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert Phone(worked.chen).get(f"/api/photos/{sha}").status_code == 404
