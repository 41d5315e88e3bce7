"""The weekly tests of each town in /admin. A change goes the same way as over REST: through the service."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.comms.models import TestSchedule
from backend.comms.queries import schedules_visible_to
from backend.comms.services import NewSchedule, set_schedule


@admin.register(TestSchedule)
class TestScheduleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("town", "weekday", "time", "channel", "within_minutes", "active", "changed_at", "changed_by")
    readonly_fields = ("town", "channel", "changed_at", "changed_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TestSchedule]:
        """Of the towns that the person may test: what is saved is then never refused."""
        return schedules_visible_to(request.user)  # type: ignore[arg-type]

    def save_model(self, request: HttpRequest, obj: TestSchedule, form: Any, change: bool) -> None:
        wanted = NewSchedule(
            town=obj.town, weekday=obj.weekday, time=f"{obj.time:%H:%M}", within_minutes=obj.within_minutes,
            message=obj.message, active=obj.active,
        )  # fmt: skip
        set_schedule(obj.pk, wanted, acting_user=request.user)  # type: ignore[arg-type]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Every town gets its first one by itself; a second one is made over REST."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Past tests name their schedule; one that is not wanted is switched off."""
        return False
