"""The same hazard twice in the ledger: doubles are suggested by the system and merged by a person, and both rows stay."""

from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from math import cos, radians

from django.db.models import Q, QuerySet
from pyproj import Geod

from backend.accounts.models import User
from backend.accounts.roles import MERGE
from backend.foundation.problems import NOT_FOUND
from backend.foundation.shapes import View
from backend.hazards.bodies import Merge
from backend.hazards.models import Hazard
from backend.hazards.permissions import require_may
from backend.hazards.problems import HAZARD_FINAL, HAZARD_MERGED, MERGE_REFUSED, REASON_MISSING
from backend.hazards.queries import get_hazard, hazards_visible_to, open_hazards, with_all
from backend.hazards.states import FINAL, HazardState, Level
from backend.hazards.steps import acting, learn, step
from backend.hazards.views import HazardView, hazard_view

_EARTH = Geod(ellps="GRS80")
_METRES_PER_DEGREE = (
    110_000  # a little less than the shortest degree of latitude: the box may be too large, never too small
)


@dataclass(frozen=True)
class Params:
    """How near two rows must be to be suggested. `similarity`: 0 to 1, of the two descriptions."""

    radius_m: int = 50
    within_days: int = 30
    similarity: float = 0.6


class Double(View):
    """`distance_m`: geodesic; `alike`: in what they agree (enterprise, item, clause, description)."""

    hazard: HazardView
    distance_m: float | None
    alike: list[str]


def doubles_of(hazard: Hazard, user: User, params: Params) -> list[Double]:
    """Open hazards that the person sees, of the same enterprise or within the radius, found within the days, and about the
    same thing: item, clause or a similar description. Nearest first."""
    found = []
    for other in with_all(_candidates(hazard, user, params)):
        distance, alike = _distance_m(hazard, other), _alike(hazard, other, params)
        beside = other.enterprise_id == hazard.enterprise_id or (distance is not None and distance <= params.radius_m)
        if beside and set(alike) - {"enterprise"}:
            found.append(Double(hazard=hazard_view(other), distance_m=distance, alike=alike))
    return sorted(found, key=lambda one: (one.distance_m is None, one.distance_m, one.hazard.number))


def _candidates(hazard: Hazard, user: User, params: Params) -> QuerySet[Hazard]:
    days = timedelta(days=params.within_days)
    rows = open_hazards(hazards_visible_to(user)).filter(
        town=hazard.town, found_at__range=(hazard.found_at - days, hazard.found_at + days)
    )
    near = Q(enterprise=hazard.enterprise_id)
    if hazard.lon is not None and hazard.lat is not None:
        up = params.radius_m / _METRES_PER_DEGREE
        across = up / max(cos(radians(hazard.lat)), 0.01)
        near |= Q(lat__range=(hazard.lat - up, hazard.lat + up), lon__range=(hazard.lon - across, hazard.lon + across))
    return rows.filter(near).exclude(pk=hazard.pk)


def _distance_m(one: Hazard, other: Hazard) -> float | None:
    if None in (one.lon, one.lat, other.lon, other.lat):
        return None
    return round(float(_EARTH.inv(one.lon, one.lat, other.lon, other.lat)[2]), 1)


def _alike(one: Hazard, other: Hazard, params: Params) -> list[str]:
    ratio = SequenceMatcher(None, one.description, other.description, autojunk=False).ratio()
    reasons = {
        "enterprise": one.enterprise_id == other.enterprise_id,
        "item": bool(one.item) and one.item == other.item,
        "clause": one.clause_id is not None and one.clause_id == other.clause_id,
        "description": ratio >= params.similarity,
    }
    return [name for name, holds in reasons.items() if holds]


def merge(wanted: Merge, *, acting_user: User) -> Hazard:
    """`hazard_id` is the same as `into`, and ends as part of it. Only into one that is open, and a major one only into a
    major one: nothing may leave the loop by being merged. What is merged is final, so there is no way round in a circle.

    Raises not_allowed, not_your_hazard, not_found, reason_missing, merge_refused, hazard_final, hazard_merged, illegal_move.
    """
    with acting(wanted, "merge", acting_user, also=wanted.into) as hazard:
        require_may(MERGE, hazard, acting_user)
        kept = _kept(wanted, acting_user)
        require_may(MERGE, kept, acting_user)
        _require_same(hazard, kept)
        if not wanted.why.strip():
            raise REASON_MISSING.because(field="why")
        merged = step(hazard, HazardState.MERGED, acting_user, why=wanted.why.strip(), merged_into_id=kept.pk)
        learn(kept, acting_user)
        return merged


def _kept(wanted: Merge, user: User) -> Hazard:
    if not hazards_visible_to(user).filter(pk=wanted.into).exists():
        raise NOT_FOUND.because("隐患")
    kept = get_hazard(wanted.into)
    if kept.merged_into_id:
        raise HAZARD_MERGED.because(into=str(kept.merged_into_id))
    if kept.state in FINAL:
        raise HAZARD_FINAL.because(state=kept.state)
    return kept


def _require_same(hazard: Hazard, kept: Hazard) -> None:
    if hazard.pk == kept.pk:
        raise MERGE_REFUSED.because("不能并入自身")
    if hazard.town != kept.town:
        raise MERGE_REFUSED.because("不在同一镇")
    distance, most = _distance_m(hazard, kept), Params().radius_m
    if hazard.enterprise_id != kept.enterprise_id and (distance is None or distance > most):
        raise MERGE_REFUSED.because(f"既不是同一单位，也不在 {most} 米之内", distance_m=distance)
    if hazard.level == Level.MAJOR and kept.level != Level.MAJOR:
        raise MERGE_REFUSED.because("重大隐患只能并入已判定为重大的隐患", level=kept.level or None)
