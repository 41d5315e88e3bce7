"""The copy of a photo that people are shown: decoded and encoded anew, so that nothing but the picture is served.

The original is kept untouched as evidence.
"""

import io
import threading
import warnings

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image, ImageOps

from backend.foundation import blobs
from backend.foundation.problems import NOT_FOUND, declare

NOT_AN_IMAGE = declare("not_an_image", 415, "这个文件不是可显示的图片。", "The file is no picture that can be shown.")
# an office camera makes 24 megapixels; a 20 KB bomb can claim 169. A JPEG is read about as small as it is shown, the
# others are unpacked whole and copied once, at four bytes a pixel: none of them takes a server 100 MB
MOST_PIXELS = {"JPEG": 26_000_000, "PNG": 8_000_000, "WEBP": 8_000_000}
LONGEST_SIDE = 1600
# so that ten large pictures asked for at once do not take ten times the memory
_one_at_a_time = threading.Lock()


def served_copy(sha256: str) -> bytes:
    """JPEG, at most 1600 px, made once. Raises not_found while the bytes are not there, not_an_image."""
    name = f"derived/{sha256[:2]}/{sha256}.jpg"
    files = storages["default"]
    if files.exists(name):
        with files.open(name) as file:
            return bytes(file.read())
    if not blobs.exists(sha256):
        raise NOT_FOUND.because("照片尚未上传")
    with _one_at_a_time, blobs.opened(sha256) as original:
        encoded = _encode(original.read())
    files.save(name, ContentFile(encoded))
    return encoded


def _encode(original: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(original), formats=list(MOST_PIXELS)) as picture:
                if picture.width * picture.height > MOST_PIXELS[picture.format or "PNG"]:
                    raise NOT_AN_IMAGE.because("像素过多")
                picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=1.0)
                return _flat_jpeg(ImageOps.exif_transpose(picture))
        except (
            OSError,
            SyntaxError,
            ValueError,
            Image.DecompressionBombError,
            Image.DecompressionBombWarning,
        ) as error:
            raise NOT_AN_IMAGE.because() from error


def _flat_jpeg(upright: Image.Image) -> bytes:
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A") if "A" in upright.getbands() else None)
    written = io.BytesIO()
    flat.save(written, "JPEG", quality=85)
    return written.getvalue()
