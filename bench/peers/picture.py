"""scikit-image's histogram matching over a folder of `N_ours.png` and `N_hero.png`: writes
`N_skimage.png`."""

from __future__ import annotations

import sys
from pathlib import Path

from skimage import io
from skimage.exposure import match_histograms

for ours in sorted(Path(sys.argv[1]).glob("*_ours.png")):
    hero = io.imread(ours.with_name(ours.name.replace("_ours", "_hero")))
    made = match_histograms(io.imread(ours), hero, channel_axis=-1)
    io.imsave(
        ours.with_name(ours.name.replace("_ours", "_skimage")), made.astype("uint8"), check_contrast=False
    )
