"""Slow-down of guessing, counted per phone number: a lock-out would let an enemy lock out the inspectors."""

from uuid import UUID

from django.core.cache import cache

from backend.foundation.problems import TOO_OFTEN

ATTEMPTS = 10
WINDOW_S = 60
# six digits are guessed sooner than a password
PIN_ATTEMPTS = 5
PIN_WINDOW_S = 300


def count_attempt(phone: str) -> None:
    _count(f"sign-in:{phone}", ATTEMPTS, WINDOW_S)


def count_pin_attempt(user: UUID) -> None:
    _count(f"pin:{user}", PIN_ATTEMPTS, PIN_WINDOW_S)


def _count(key: str, attempts: int, window_s: int) -> None:
    cache.add(key, 0, window_s)
    try:
        count = cache.incr(key)
    except ValueError:  # expired between the two calls
        return
    if count > attempts:
        raise TOO_OFTEN.because(wait_s=window_s)
