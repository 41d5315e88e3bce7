"""Small pictures, each different, for phones that have no camera."""

import io
from random import Random

from PIL import Image, ImageDraw

SIZE = (320, 240)


def picture(random: Random) -> bytes:
    image = Image.new("RGB", SIZE, tuple(random.randrange(120, 256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        corners = (
            sorted(random.randrange(SIZE[0]) for _ in range(2)),
            sorted(random.randrange(SIZE[1]) for _ in range(2)),
        )
        colour = tuple(random.randrange(256) for _ in range(3))
        draw.rectangle([corners[0][0], corners[1][0], corners[0][1], corners[1][1]], outline=colour, width=3)
    draw.text((12, 12), "REHEARSAL", fill="black")
    written = io.BytesIO()
    image.save(written, "JPEG", quality=80)
    return written.getvalue()
