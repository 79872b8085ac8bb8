#!/usr/bin/env python3
"""Makes README's picture (docs/images/chain.png): graphs/clinical/demo.json is run, what its steps give is kept, and one slice of each
is drawn by headless Chromium.

    take_chain.py flowrun [--images DIR]

Needs numpy and nibabel.
"""

import argparse
import base64
import json
import os
import pathlib
import subprocess
import tempfile

import nibabel
import numpy as np

from browser import Browser

SOURCE = pathlib.Path(__file__).resolve().parents[2]
KEPT = {"flair": "scans.flair", "t1": "scans.t1", "true": "scans.lesions", "flair_ready": "prepare/grid/flair_in_brain.volume", "t1_ready": "prepare/grid/t1_in_brain.volume",
        "probability": "probability.volume", "found": "mask.mask"}
STEPS = [("flair", "raw FLAIR"), ("t1", "raw T1"), ("flair_ready", "FLAIR, aligned and corrected"), ("t1_ready", "T1, aligned and corrected"),
         ("probability", "probability of lesion"), ("found", "lesions found (red)")]
PAGE = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #fff; font: 15px sans-serif; display: grid; grid-template-columns: repeat(3, 1fr); gap: 10px; padding: 10px; }
figure { margin: 0; text-align: center; } canvas { width: 100%; background: #000; display: block; } figcaption { padding: 4px; }
</style><body><script>
for (const step of STEPS) {
  const figure = document.body.appendChild(document.createElement("figure")), canvas = figure.appendChild(document.createElement("canvas"));
  [canvas.width, canvas.height] = step.size;
  const bytes = Uint8ClampedArray.from(atob(step.pixels), (c) => c.charCodeAt(0));
  canvas.getContext("2d").putImageData(new ImageData(bytes, ...step.size), 0, 0);
  figure.appendChild(document.createElement("figcaption")).textContent = step.caption;
}
document.body.dataset.ready = 1;
</script>"""


def pictures(folder):
    """RGBA pictures of 200 x 240 mm around the middle of the true lesions, the patient's right on the left."""
    images = {name: nibabel.load(folder / f"{name}.nii.gz") for name in KEPT}
    lesions = images["true"]
    voxels = np.argwhere(lesions.get_fdata() > 0)
    slab = np.bincount(voxels[:, 2]).argmax()
    centre = nibabel.affines.apply_affine(lesions.affine, [*voxels[voxels[:, 2] == slab].mean(0)[:2], slab])
    head = nibabel.affines.apply_affine(images["flair"].affine, np.array(images["flair"].shape) / 2)
    x, y = np.arange(90, -90, -0.5), np.arange(110, -110, -0.5)
    places = np.stack(np.broadcast_arrays(head[0] + x[None, :], head[1] + y[:, None], centre[2]), -1)

    def slice_of(name):
        index = np.rint(nibabel.affines.apply_affine(np.linalg.inv(images[name].affine), places)).astype(int)
        inside = ((index >= 0) & (index < images[name].shape)).all(-1)
        index[~inside] = 0
        return np.where(inside, images[name].get_fdata()[tuple(np.moveaxis(index, -1, 0))], 0)

    def grey(name):
        values = slice_of(name)
        low, high = (0, 1) if name == "probability" else np.percentile(values[values != 0], [1, 99.5])
        return np.repeat((np.clip((values - low) / (high - low), 0, 1) * 255).astype(np.uint8)[..., None], 3, -1)

    for name, caption in STEPS:
        picture = grey("flair" if name == "found" else name)
        if name == "found":
            mask = slice_of(name) > 0
            inner = mask & np.roll(mask, 1, 0) & np.roll(mask, -1, 0) & np.roll(mask, 1, 1) & np.roll(mask, -1, 1)
            picture[mask & ~inner] = (255, 60, 60)
        rgba = np.concatenate([picture, np.full(picture.shape[:2] + (1,), 255, np.uint8)], -1)
        yield {"caption": caption, "size": [rgba.shape[1], rgba.shape[0]], "pixels": base64.b64encode(rgba.tobytes()).decode()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun", type=os.path.abspath)
    parser.add_argument("--images", type=pathlib.Path, default=SOURCE / "docs/images")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flowrun-chain-") as scratch:
        folder = pathlib.Path(scratch)
        kept = [word for name, port in KEPT.items() for word in ("--keep", f"{port}={folder}/{name}.nii.gz")]
        subprocess.run([options.flowrun, "run", SOURCE / "graphs/clinical/demo.json", "--out", folder / "out", "--quiet", *kept], check=True)
        (folder / "chain.html").write_text(PAGE.replace("STEPS", json.dumps(list(pictures(folder)))))
        with Browser(900, 790) as browser:
            browser.open(folder / "chain.html")
            browser.until("document.body.dataset.ready")
            browser.picture(options.images / "chain.png")


if __name__ == "__main__":
    main()
