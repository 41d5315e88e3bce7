"""Slow-down of guessing, counted per phone number: a lock-out would let an enemy lock out the inspectors."""

from django.core.cache import cache

from backend.foundation.problems import TOO_OFTEN

ATTEMPTS = 10
WINDOW_S = 60


def count_attempt(phone: str) -> None:
    key = f"sign-in:{phone}"
    cache.add(key, 0, WINDOW_S)
    try:
        count = cache.incr(key)
    except ValueError:  # expired between the two calls
        return
    if count > ATTEMPTS:
        raise TOO_OFTEN.because(wait_s=WINDOW_S)
