"""Where images lie: flowrun's grids (LPS, mm) and the affines of nibabel (RAS, mm)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

import numpy as np

from .errors import FlowrunError

LPS_OF_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_LARGEST_SHEAR = 1e-3  # of a cosine between two axes, as files in float32 have it by rounding


@dataclass(frozen=True)
class Grid:
    """A grid of voxels, as `flowrun/sdk/geometry.h` has it.

    The centre of voxel (x, y, z) is at ``origin + direction @ (spacing * (x, y, z))``, in mm, LPS.
    """

    size: Tuple[int, int, int]  #: voxels along x, y, z
    spacing: Tuple[float, float, float] = (1.0, 1.0, 1.0)  #: mm
    origin: Tuple[float, float, float] = (0.0, 0.0, 0.0)  #: mm, LPS
    direction: Tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)  #: row-major; its columns are the axes

    @property
    def affine(self) -> np.ndarray:
        """4 x 4, float64: from voxel indices to mm in RAS, as nibabel has it."""
        lps = np.eye(4)
        lps[:3, :3] = np.reshape(self.direction, (3, 3)) * np.asarray(self.spacing)
        lps[:3, 3] = self.origin
        return LPS_OF_RAS @ lps

    @classmethod
    def of_affine(cls, size, affine) -> "Grid":
        """The grid of an affine (4 x 4, mm, RAS). Raises FlowrunError for axes that are flat or not at right angles."""
        affine = np.asarray(affine, dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all() or not np.array_equal(affine[3], (0, 0, 0, 1)):
            raise FlowrunError("an affine is a 4 x 4 matrix of finite numbers whose last row is 0 0 0 1")
        lps = LPS_OF_RAS @ affine
        spacing = np.sqrt((lps[:3, :3] ** 2).sum(axis=0))
        if (spacing <= 0).any():
            raise FlowrunError("the affine has an axis without length")
        direction = lps[:3, :3] / spacing
        if np.abs(direction.T @ direction - np.eye(3)).max() > _LARGEST_SHEAR:
            raise FlowrunError(
                "the axes of the affine are not at right angles to each other; resample the image onto a grid "
                "whose axes are"
            )
        return cls(
            tuple(int(n) for n in size),
            tuple(spacing.tolist()),
            tuple(lps[:3, 3].tolist()),
            tuple(direction.ravel().tolist()),
        )
