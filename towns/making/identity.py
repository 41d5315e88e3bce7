"""Invented identities: unique names, phone numbers nobody can have, credit codes with right check digits."""

from collections.abc import Sequence

import numpy as np

USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997


def organisation_code(serial: int) -> str:
    """Nine digits of GB 11714 (eight and a check sign). The long run of zeros marks the code as invented."""
    body = f"{serial:08d}"
    check = -sum(int(digit) * weight for digit, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)) % 11
    return body + ("X" if check == 10 else str(check))


def credit_code(category: str, region: str, serial: int) -> str:
    """Unified social credit code (统一社会信用代码) of GB 32100-2015, 18 signs.

    category: two signs, such as 91 company, 92 individual, 93 cooperative, 12 public institution, 52 private school
    or home; region: the six-digit county code; serial: number of the invented organisation.
    """
    body = category + region + organisation_code(serial)
    total = sum(USCC_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + USCC_SIGNS[-total % 31]


def phone_numbers(first: int, count: int) -> list[str]:
    """``count`` successive eleven-digit numbers. No Chinese mobile number begins with 100."""
    return [f"{number:011d}" for number in range(first, first + count)]


class NameBook:
    """Draws names that nobody and nothing else in the town bears."""

    def __init__(self, first: Sequence[str], second: Sequence[str], rng: np.random.Generator, joint: str = "") -> None:
        """Names are a first part (in China the surname), the joint, and a second part."""
        self._first, self._second, self._joint = sorted(set(first)), sorted(set(second)), joint
        self._rng = rng
        self._used: set[str] = set()

    def draw(self) -> str:
        """Raises ValueError when every name is taken."""
        if len(self._used) == len(self._first) * len(self._second):
            raise ValueError(f"All {len(self._used)} names are taken. Give the book more first or second parts.")
        while True:
            name = self._joint.join(str(self._rng.choice(parts)) for parts in (self._first, self._second))
            if name not in self._used:
                self._used.add(name)
                return name
