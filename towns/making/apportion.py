"""Shares out whole things by weight."""

from collections.abc import Mapping


def apportion(count: int, weights: Mapping[str, float], at_least: int = 0) -> dict[str, int]:
    """``count`` things over the keys by the Sainte-Laguë divisor rule, each key getting ``at_least`` first.

    A larger count never takes anything away from a key.
    """
    given = dict.fromkeys(weights, at_least)
    if at_least * len(weights) > count:
        raise ValueError(f"{count} things are not enough to give {at_least} to each of {len(weights)} keys.")
    for _ in range(count - sum(given.values())):
        given[max(weights, key=lambda key: weights[key] / (2 * given[key] + 1))] += 1
    return given
