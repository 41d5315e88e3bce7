"""A town adds tags of its own to those of the plan."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.accounts.models import User
from backend.accounts.roles import ASSIGN_SECTORS
from backend.enterprises.events import TagAdded
from backend.enterprises.models import TownTag
from backend.enterprises.permissions import office_of, require_in_town
from backend.enterprises.problems import REGISTER_FIELD_WRONG, REGISTER_ID_REUSED
from backend.enterprises.tags import tags_known_in
from backend.enterprises.views_of_duty import town_tag_view
from backend.foundation.shapes import Body
from backend.journal.recording import publish, recording


class NewTag(Body, kw_only=True):
    """`lists`: the lists on which it puts a unit; none is allowed."""

    id: UUID
    town: Annotated[str, msgspec.Meta(pattern=r"^\d{9}$")]
    key: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{1,23}$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    lists: list[Literal["monthly_led", "half_yearly_drill"]] = []


def add_tag(wanted: NewTag, *, acting_user: User) -> TownTag:
    """A tag of the town's own. Raises not_found, register_field_wrong (a key or name that is known), register_id_reused."""
    require_in_town(acting_user, ASSIGN_SECTORS, wanted.town)
    if earlier := TownTag.objects.filter(pk=wanted.id).first():
        if (earlier.town, earlier.key) != (wanted.town, wanted.key):
            raise REGISTER_ID_REUSED.because()
        return earlier
    names = {name for tag in tags_known_in(wanted.town) for name in (tag.key, tag.zh, *tag.also)}
    for field in ("key", "name"):
        if (said := getattr(wanted, field)) in names:
            raise REGISTER_FIELD_WRONG.because(f"已有“{said}”；换一个", field=field, reason="taken")
    with recording():
        facts = {"key": wanted.key, "name": wanted.name, "lists": list(dict.fromkeys(wanted.lists))}
        made = TownTag.objects.create(id=wanted.id, town=wanted.town, **facts)
        publish(
            TagAdded(tag=town_tag_view(made)), town=made.town, audience=office_of(made.town), target=made.id,
            acting_user=acting_user.id,
        )  # fmt: skip
    return made
