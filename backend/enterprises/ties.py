"""What holds on to a unit: tasks, hazards, records, people. Apps above are found by their foreign keys, not by import."""

from collections import defaultdict
from collections.abc import Collection
from typing import cast
from uuid import UUID

from django.db.models import Model

from backend.accounts.models import RoleHeld
from backend.enterprises.models import Enterprise, Standing

# how the records of an app above are called; the keys are labels of apps, and one that is missing is still noticed
_WORDS = {"dispatch": "任务", "hazards": "隐患", "inspections": "检查记录"}
_OWN = "enterprises"


def ties_of(units: Collection[UUID]) -> defaultdict[UUID, list[str]]:
    """Unit → what holds on to it, in words; nothing for who may be struck off."""
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for relation in Enterprise._meta.related_objects:
        model, column = cast("type[Model]", relation.related_model), relation.field.attname
        if model._meta.app_label == _OWN:
            continue
        word = _WORDS.get(model._meta.app_label, str(model._meta.verbose_name))
        for unit in model._base_manager.filter(**{f"{column}__in": units}).values_list(column, flat=True).distinct():
            found[unit].append(f"已有{word}")
    for held in RoleHeld.objects.filter(enterprise_id__in=units).values_list("enterprise_id", flat=True).distinct():
        found[cast("UUID", held)].append("已有本单位的人员账号")
    tenants = Enterprise.objects.filter(park__in=units).exclude(standing=Standing.STRUCK).exclude(pk__in=units)
    for park in tenants.values_list("park_id", flat=True).distinct():
        found[park].append("已有租户登记在它名下")
    return found
