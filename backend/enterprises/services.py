"""Changing the register."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from backend.enterprises.models import Enterprise


def record_visit(enterprise: UUID, at: datetime) -> None:
    """Remember the latest visit; a late result must not move it back."""
    Enterprise.objects.filter(Q(last_visit=None) | Q(last_visit__lt=at), pk=enterprise).update(last_visit=at)
