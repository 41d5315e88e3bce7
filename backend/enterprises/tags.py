"""Tags of units and the lists they put a unit on: those of the plan from data/tags.yaml, and what a town has added."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.db.models import TextChoices

from backend.enterprises.models import TownTag

DATA = Path(__file__).parent / "data" / "tags.yaml"


class TagList(TextChoices):
    MONTHLY_LED = "monthly_led", "主要负责人每月带队检查"
    HALF_YEARLY_DRILL = "half_yearly_drill", "每半年应急演练"


@dataclass(frozen=True)
class Tag:
    key: str
    zh: str
    en: str
    lists: tuple[str, ...]
    also: tuple[str, ...] = ()
    """other names under which files mention it"""


@cache
def tags_of_plan() -> tuple[Tag, ...]:
    rows = yaml.safe_load(DATA.read_text("utf-8"))
    return tuple(Tag(r["key"], r["zh"], r["en"], tuple(r["lists"]), tuple(r["also"])) for r in rows)


@cache
def tag_keys_of_plan() -> frozenset[str]:
    return frozenset(tag.key for tag in tags_of_plan())


def tags_known_in(town: str) -> list[Tag]:
    """Those of the plan, then the town's own."""
    added = TownTag.objects.filter(town=town)
    return [*tags_of_plan(), *(Tag(t.key, t.name, t.name, tuple(t.lists)) for t in added)]


def on_list(tags: Iterable[str], name: TagList, town: str) -> bool:
    """Whether a unit of `town` with these tags is on the list."""
    wanted = set(tags)
    return any(tag.key in wanted and name in tag.lists for tag in tags_known_in(town))
