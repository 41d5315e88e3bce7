"""Who may call an endpoint: what it does not name is refused."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

PUBLIC = "public"
SIGNED_IN = "signed_in"


class MayCall(BasePermission):
    """`access` of the endpoint against the person: public, signed in, or one of the named acts the person holds."""

    def has_permission(self, request: Request, view: Any) -> bool:
        need = getattr(view, "access", {}).get(request.method)
        if need == PUBLIC:
            return True
        if need is None or not request.user.is_authenticated:
            return False
        return need == SIGNED_IN or need in request.user.acts()
