"""Operations in /admin, to read: what was quarantined or refused, with its reason. Nothing here can be changed."""

from django.contrib import admin
from django.http import HttpRequest

from backend.sync.models import ContestedOperation, Operation, OperationMove


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Operation)
class OperationAdmin(ReadOnly):
    list_display = ("op_id", "type", "user", "status", "code", "received_at")
    list_filter = ("status", "type")


@admin.register(ContestedOperation)
class ContestedOperationAdmin(ReadOnly):
    list_display = ("op_id", "user", "received_at")


@admin.register(OperationMove)
class OperationMoveAdmin(ReadOnly):
    list_display = ("subject", "act", "from_state", "to_state", "why", "who", "at")
