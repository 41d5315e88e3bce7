"""Zones that one other zone cuts off from the rest of the village: nobody reaches them but through that one."""

from __future__ import annotations

from random import Random

from grids.arrangement import pieces
from grids.params import Params
from grids.recutting import recut
from grids.zoning import Zoning


def enclaves(zoning: Zoning) -> list[tuple[int, list[int]]]:
    """Each zone that encloses others, with those it encloses."""
    count = len(zoning.members)
    graph: list[dict[int, float]] = [dict.fromkeys(zoning.neighbours(zone), 0.0) for zone in range(count)]
    beyond = count
    graph.append({zone: 0.0 for zone, members in enumerate(zoning.members) if any(zoning.outer[i] for i in members)})
    for zone in graph[beyond]:
        graph[zone][beyond] = 0.0
    found = []
    for host in range(count):
        if len(pieces(graph[host], graph)) == 1:
            continue  # those around it reach each other, so they do not need it
        cut_off = [piece for piece in pieces(set(range(count + 1)) - {host}, graph) if beyond not in piece]
        if cut_off:
            found.append((host, sorted(set().union(*cut_off))))
    return found


def enclosed(zoning: Zoning) -> int:
    """How many times a zone is enclosed by another."""
    return sum(len(zones) for _, zones in enclaves(zoning))


def open_enclaves(zoning: Zoning, params: Params, rng: Random) -> None:
    """Cut each enclosing zone anew together with those it encloses, and with more neighbours if that is not enough,
    as far as the loads stay in the band (or get no worse than the worst zone of all)."""
    allowed = max(params.balance_tolerance_percent / 100, zoning.worst()) + 1e-9

    def badness() -> tuple[float, float]:
        return max(0.0, zoning.worst() - allowed), enclosed(zoning)

    for more in range(params.zones_merged_most):
        found = enclaves(zoning)
        if not found:
            return
        for host, zones in found:
            around = [zone for zone in zoning.neighbours(host) if zone not in zones]
            cluster = [host, *zones, *rng.sample(around, min(more, len(around)))]
            recut(zoning, cluster, allowed, badness, params, rng)
