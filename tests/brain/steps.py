"""Brain extraction with deepbet's two networks, by PyTorch and SciPy: an independent reference for graphs/stages/brain.json.

    steps.py MODELS IMAGE X Y Z MASK

IMAGE: float32, X x Y x Z values in RAS, z fastest. MASK: uint8 in the same order, written. The steps are those of Fisch
et al., deepbet: fast brain extraction of T1-weighted MRI using convolutional neural networks, Computers in Biology and
Medicine 179, 108845, 2024.
"""
import sys

import numpy as np
import torch
from scipy import ndimage
from torch.nn.functional import interpolate


def resized(image, size):
    return interpolate(image[None, None], tuple(int(n) for n in size), mode="nearest-exact")[0, 0]


def standardised(image, low, high):
    image = ((image - low) / (high - low)).clamp(0, 1)
    return 0.226 * (image - image.mean()) / image.std() + 0.449


def brain_of(path, image):
    with torch.inference_mode():
        return torch.jit.load(path, map_location="cpu").eval()(image[None, None])[0, 1]


def largest(mask):
    labels, _ = ndimage.label(mask, np.ones((3, 3, 3)))
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return labels == sizes.argmax()


def box_of(mask, shape):
    """The slices with more than 2 % brain, in voxels of the image, a tenth of their extent larger on each side."""
    box = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        inside = np.flatnonzero(mask.mean(others) > 0.02)
        begin, end = inside[0], inside[-1] + 1
        scale = shape[axis] / mask.shape[axis]
        centre, extent = np.rint(scale * (begin + end) / 2), np.rint(1.2 * scale * (end - begin))
        box.append(slice(max(0, int(centre - extent / 2)), min(shape[axis], int(centre + extent / 2))))
    return tuple(box)


def main(models, image_file, x, y, z, mask_file):
    torch.set_num_threads(1)
    image = torch.from_numpy(np.fromfile(image_file, np.float32).reshape(int(x), int(y), int(z)))
    small = resized(image, (128, 128, 128))
    low, high = small.quantile(0.005), small.quantile(0.995)
    found = brain_of(models + "/bbox_model.pt", standardised(small, low, high))
    box = box_of(largest(found.numpy() > 0.5), image.shape)
    part = image[box]
    found = brain_of(models + "/model.pt", standardised(resized(part, (256, 256, 256)), low, high))
    mask = np.zeros(image.shape, np.uint8)
    mask[box] = ndimage.binary_fill_holes(largest(resized(found, part.shape).numpy() > 0.5))
    mask.tofile(mask_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
