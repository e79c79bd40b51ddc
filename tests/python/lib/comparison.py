# SPDX-License-Identifier: MIT
import numpy as np


class Comparison:
    """Compares numbers of ours with those of others; keeps how many there were, and the worst."""

    def __init__(self):
        self.count, self.worst = 0, 0.0

    def __call__(self, what, ours, theirs, tolerance=1e-4):
        """The largest difference, relative to the largest number."""
        assert ours.shape == theirs.shape, (what, ours.shape, theirs.shape)
        difference = np.abs(ours - theirs).max() / np.abs(ours).max()
        assert difference <= tolerance, (what, difference)
        self.count += 1
        self.worst = max(self.worst, difference)
