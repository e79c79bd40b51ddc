# SPDX-License-Identifier: MIT
"""Writes resize.txt: pictures of a formula, resized by Pillow (pip install pillow numpy). python make_resize.py > resize.txt"""
import numpy as np
from PIL import Image, __version__

CASES = [  # width and height before and after
    (40, 30, 9, 12), (37, 23, 10, 31), (5, 7, 20, 3), (64, 64, 64, 16), (64, 20, 17, 20), (1, 1, 3, 2), (300, 400, 12, 16), (33, 50, 32, 49),
    (20, 61, 15, 8), (58, 56, 39, 9),
]


def picture(width, height):
    """Noise on the left, hard black and white edges on the right: both kinds of trouble. The test draws the same."""
    state, values = 12345, np.zeros((height, width, 3), np.uint8)
    for y in range(height):
        for x in range(width):
            for c in range(3):
                state = (state * 1103515245 + 12345) & 0x7FFFFFFF
                values[y, x, c] = state >> 16 & 255 if 2 * x < width else 255 * ((x // 3 + y // 5 + c) % 2)
    return Image.fromarray(values)


print(f"# Pillow {__version__}: filter, width and height before and after, then the bytes in hexadecimal")
for name, kind in ("bicubic", Image.Resampling.BICUBIC), ("lanczos", Image.Resampling.LANCZOS):
    for width, height, new_width, new_height in CASES:
        small = picture(width, height).resize((new_width, new_height), kind)
        print(name, width, height, new_width, new_height, small.tobytes().hex())
