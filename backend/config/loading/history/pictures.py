"""Drawn stand-ins for photos and signatures, each marked DEMO across; the same drawing always gives the same bytes."""

from __future__ import annotations

import io
from functools import cache
from math import sin
from random import Random

from PIL import Image, ImageDraw, ImageFont

from backend.foundation import blobs

SIZE = (640, 480)
VARIANTS = 2
_WALLS = ("#b9c4cc", "#c9bfae", "#aebfb2", "#c4b4bd", "#b3b8c9", "#c7c6b2")


@cache
def photo_of(item: str, variant: int) -> str:
    """SHA-256 of the stored picture for a checklist item; `variant` from 0 to VARIANTS - 1."""
    return blobs.store(_photo(item, variant % VARIANTS))


@cache
def signature_of(name: str) -> str:
    return blobs.store(_signature(name))


def _photo(item: str, variant: int) -> bytes:
    rng = Random(f"{item}:{variant}")
    picture = Image.new("RGB", SIZE, rng.choice(_WALLS))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 340, 640, 480), fill="#7d7468")
    _draw_door(draw, rng)
    for _ in range(rng.randint(3, 6)):
        _draw_box(draw, rng)
    _mark(draw, f"DEMO PHOTO · {item}")
    return _encoded(picture, "JPEG")


def _draw_door(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    left = rng.randint(60, 420)
    draw.rectangle((left, 120, left + 130, 345), fill="#5f6b63", outline="#39413c", width=4)
    draw.ellipse((left + 108, 228, left + 120, 240), fill="#d8c26a")


def _draw_box(draw: ImageDraw.ImageDraw, rng: Random) -> None:
    left, top, side = rng.randint(20, 540), rng.randint(250, 380), rng.randint(50, 110)
    draw.rectangle((left, top, left + side, top + side * 0.8), fill="#a9824f", outline="#6e5433", width=3)
    draw.line((left, top + side * 0.4, left + side, top + side * 0.4), fill="#d9c7a3", width=5)


def _mark(draw: ImageDraw.ImageDraw, text: str) -> None:
    draw.rectangle((0, 0, 640, 54), fill="#b3261e")
    draw.text((16, 12), text, fill="white", font=ImageFont.load_default(size=28))
    draw.text((150, 190), "DEMO", fill="#ffffff", font=ImageFont.load_default(size=140))


def _signature(name: str) -> bytes:
    rng = Random(name)
    picture = Image.new("RGB", (480, 160), "white")
    draw = ImageDraw.Draw(picture)
    swing, pace = rng.uniform(18, 40), rng.uniform(0.04, 0.09)
    stroke = [(40 + x, 85 + swing * sin(x * pace) + 12 * sin(x * pace * 3.7)) for x in range(0, 400, 4)]
    draw.line(stroke, fill="#1b2b4b", width=4, joint="curve")
    draw.text((410, 136), "DEMO", fill="#b3261e", font=ImageFont.load_default(size=16))
    return _encoded(picture, "PNG")


def _encoded(picture: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, quality=80)
    return written.getvalue()
