"""The measures of evaluate.overlap and evaluate.lesions by brute force with NumPy and SciPy, as an independent check.

    independent.py FOUND REFERENCE SIZE_X SIZE_Y SIZE_Z SPACING_X SPACING_Y SPACING_Z

The masks are raw uint8 files, x fastest. Prints "name value" lines; nan where a measure has no meaning.
"""
import sys

import numpy as np
from scipy import ndimage
from scipy.spatial.distance import cdist


def surface(mask, spacing):
    inner = ndimage.binary_erosion(mask)  # faces; what is beyond the border counts as outside
    return np.argwhere(mask & ~inner) * spacing


def distances(found, reference, spacing):
    a, b = surface(found, spacing), surface(reference, spacing)
    if not len(a) or not len(b):
        return float("nan"), float("nan")
    table = cdist(a, b)
    forth, back = table.min(1), table.min(0)
    return np.concatenate([forth, back]).mean(), max(np.percentile(forth, 95), np.percentile(back, 95))


def components(mask, voxel):
    labels, count = ndimage.label(mask)
    for label in range(1, count + 1):
        if (labels == label).sum() * voxel <= 3 * (1 + 1e-6):
            labels[labels == label] = 0
    return labels


def detected(lesions, by):
    count = 0
    for label in np.unique(lesions[lesions > 0]):
        here = lesions == label
        over = [(np.count_nonzero(here & (by == other)), other) for other in np.unique(by[here & (by > 0)])]
        overlap = sum(shared for shared, _ in over)
        if overlap / np.count_nonzero(here) <= 0.1 + 1e-9:
            continue
        covered, good = 0, True
        for shared, other in sorted(over, key=lambda item: (-item[0], item[1])):
            if covered / overlap >= 0.65 - 1e-9:
                break
            component = by == other
            good = good and np.count_nonzero(component & (lesions == 0)) / np.count_nonzero(component) <= 0.7 + 1e-9
            covered += shared
        count += good
    return count


def main():
    size = [int(text) for text in sys.argv[3:6]][::-1]
    spacing = np.array([float(text) for text in sys.argv[6:9]][::-1])
    found, reference = (np.fromfile(path, np.uint8).reshape(size) > 0 for path in sys.argv[1:3])
    with np.errstate(invalid="ignore", divide="ignore"):
        both, either = np.count_nonzero(found & reference), np.count_nonzero(found | reference)
        print("dice", np.float64(2 * both) / (found.sum() + reference.sum()))
        print("jaccard", np.float64(both) / either)
        print("sensitivity", np.float64(both) / reference.sum())
        print("precision", np.float64(both) / found.sum())
    average, hausdorff = distances(found, reference, spacing)
    print("assd_mm", average)
    print("hd95_mm", hausdorff)
    of_found, of_reference = (components(mask, spacing.prod()) for mask in (found, reference))
    print("lesions_found", len(np.unique(of_found)) - 1)
    print("lesions_reference", len(np.unique(of_reference)) - 1)
    print("lesions_detected", detected(of_reference, of_found))
    print("lesions_confirmed", detected(of_found, of_reference))


main()
