"""Images in memory: numpy arrays that know where they lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Dict, Optional

import numpy as np

from .errors import FlowrunError
from .grid import Grid


@dataclass
class Facts:
    """What is known of an image; an empty text is not known, and is never refused."""

    contrast: str = ""  #: as BIDS suffixes name it: "FLAIR", "T1w", "T2w", "PDw"
    space: str = ""  #: the frame of reference, where a registration or an atlas made it
    kind: str = ""  #: "intensity", "standardised", "probability", "mask" or "labels"
    more: Dict[str, str] = field(default_factory=dict)


class Image:
    """A scalar image in three dimensions; use Volume, Mask or Labels.

    `data` is an array of shape (x, y, z). Give `affine` (4 x 4, mm, RAS, as nibabel has it) or `grid`; without either the voxels
    are 1 mm and voxel (0, 0, 0) is at the origin.
    """

    payload = ""
    dtype: Any = None
    _packet = None  # of the extension: the packet in which `data` lies
    new_array = staticmethod(partial(np.empty, order="F"))  # of a shape and a type

    def __init__(
        self,
        data,
        affine=None,
        *,
        grid: Optional[Grid] = None,
        facts: Optional[Facts] = None,
        source: str = "",
        contrast: str = "",
    ):
        data = self._array(data)
        if affine is not None and grid is not None:
            raise FlowrunError("give an affine or a grid, not both")
        if grid is None:
            grid = Grid(data.shape) if affine is None else Grid.of_affine(data.shape, affine)
        self.grid = grid
        self.data = data  #: (x, y, z), Fortran order; of an output read-only
        self.data = self.voxels()
        self.facts = facts or Facts()
        if contrast:
            self.facts.contrast = contrast
        self.source = source  #: the file it came from or what made it, for messages

    @staticmethod
    def _array(data: Any) -> np.ndarray:
        if np.ma.is_masked(data):
            raise FlowrunError("some voxels of the array are masked; give them values, as by array.filled(0)")
        data = np.asarray(data)
        if data.ndim != 3:
            raise FlowrunError(f"an image has 3 axes (x, y, z); this array has {data.ndim}, its shape is {data.shape}")
        return data

    @classmethod
    def _of_packet(cls, data: np.ndarray, grid: Grid, facts: Facts, source: str) -> "Image":
        """An image as a packet has it: nothing is to be converted or checked."""
        image = cls.__new__(cls)
        image.data, image.grid, image.facts, image.source = data, grid, facts, source
        return image

    @classmethod
    def _converted(cls, data: np.ndarray) -> np.ndarray:
        raise FlowrunError("use Volume, Mask or Labels")

    def voxels(self) -> np.ndarray:
        """`data` as a packet has it: of the type of the class, in Fortran order; itself where it is so already. Raises FlowrunError
        where it does not fit the grid, or has values that an image of this class cannot keep."""
        data = self._array(self.data)
        if tuple(self.grid.size) != data.shape:
            raise FlowrunError(f"the array has the shape {data.shape}, but the grid has {tuple(self.grid.size)} voxels")
        if data.dtype.kind not in "buif":
            raise FlowrunError(f"a {type(self).__name__} is made of real numbers, not of {data.dtype}")
        return self._converted(data)

    def __getstate__(self) -> Dict[str, Any]:
        """For pickle and copy: the packet stays behind."""
        return {name: value for name, value in vars(self).items() if name != "_packet"}

    @property
    def affine(self) -> np.ndarray:
        """4 x 4, float64: from voxel indices to mm in RAS."""
        return self.grid.affine

    @property
    def shape(self):
        return self.data.shape

    def __array__(self, dtype=None, copy=None):
        return self.data if dtype is None else self.data.astype(dtype)

    def like(self, data, kind: Optional[type] = None, **changes) -> "Image":
        """Another image on the same grid, with the same facts and source; `kind`: of another class, such as Mask."""
        kind = kind or type(self)
        word = self.facts.kind if kind is type(self) else {Mask: "mask", Labels: "labels"}.get(kind, "")
        facts = Facts(self.facts.contrast, self.facts.space, word, dict(self.facts.more))
        return kind(data, grid=self.grid, facts=facts, source=self.source, **changes)

    def empty(self) -> np.ndarray:
        """An array of the same shape, type and order. Set each of its voxels: it has what was in that memory before, perhaps another
        image. In a node it lies where outputs are given from, so an output made of it is not copied."""
        return type(self).new_array(self.shape, self.dtype)

    def to_nibabel(self):
        """As a nibabel.Nifti1Image."""
        import nibabel

        return nibabel.Nifti1Image(self.data, self.affine)

    def to_sitk(self):
        """As a SimpleITK.Image."""
        import SimpleITK

        image = SimpleITK.GetImageFromArray(self.data.transpose(2, 1, 0))
        image.SetSpacing(self.grid.spacing)
        image.SetOrigin(self.grid.origin)
        image.SetDirection(self.grid.direction)
        return image

    def __repr__(self) -> str:
        spacing = " x ".join(f"{mm:g}" for mm in self.grid.spacing)
        size = " x ".join(str(n) for n in self.shape)
        facts = ", ".join(text for text in (self.facts.contrast, self.facts.kind, self.source) if text)
        return f"<{type(self).__name__} {size}, {spacing} mm{', ' + facts if facts else ''}>"

    def _repr_png_(self) -> bytes:
        from .pictures import slices_png

        return slices_png(self)


class Volume(Image):
    """Float32. What is given as other numbers is converted, as it is when a file is read."""

    payload = "flowrun.volume/1"
    dtype = np.float32

    @classmethod
    def _converted(cls, data):
        with np.errstate(over="ignore"):
            converted = np.asfortranarray(data, dtype=np.float32)
        if data.dtype.kind in "iu" and data.dtype.itemsize >= 4:
            whole = np.longdouble  # it keeps whole numbers of 64 bits
            large = (data > 2**24) | (data < -(2**24))
            rounded = np.count_nonzero(converted[large].astype(whole) != data[large].astype(whole))
            if rounded:
                raise FlowrunError(
                    f"{rounded} of the voxels are whole numbers above 16777216 (2^24) that a volume, which is float32, "
                    "cannot keep; use Labels, or round them first, as by array.astype('float32')"
                )
        if data.dtype.kind == "f" and data.dtype.itemsize > 4 and (np.isinf(converted) != np.isinf(data)).any():
            raise FlowrunError("the volume has values beyond the range of float32")
        return converted


class Mask(Image):
    """Uint8: 0 is outside, 1 inside. Booleans are taken, and numbers that are 0 or 1."""

    payload = "flowrun.mask/1"
    dtype = np.uint8

    @classmethod
    def _converted(cls, data):
        small = data.dtype == np.uint8 and data.max(initial=0) <= 1
        if data.dtype != bool and not small and not np.isin(data, (0, 1)).all():
            raise FlowrunError("a mask is made of 0 and 1; compare the array with a threshold first, or use Labels")
        return np.asfortranarray(data, dtype=np.uint8)


class Labels(Image):
    """Int32: 0 is the background. `names` has names of labels."""

    payload = "flowrun.labels/1"
    dtype = np.int32

    def __init__(self, data, affine=None, *, names: Optional[Dict[int, str]] = None, **more):
        super().__init__(data, affine, **more)
        self.names: Dict[int, str] = dict(names or {})

    @classmethod
    def _of_packet(cls, data, grid, facts, source, names: Optional[Dict[int, str]] = None):
        image = super()._of_packet(data, grid, facts, source)
        image.names = dict(names or {})
        return image

    @classmethod
    def _converted(cls, data):
        if data.dtype == np.int32:
            return np.asfortranarray(data)
        with np.errstate(invalid="ignore", over="ignore"):
            converted = np.asfortranarray(data, dtype=np.int32)
        if not np.array_equal(converted, data):
            raise FlowrunError("labels are whole numbers of 32 bits; this array has others")
        return converted


IMAGES = {kind.payload: kind for kind in (Volume, Mask, Labels)}


def image_of(value: Any, kind: type) -> Image:
    """`value` as an image of that class: one of ours, of nibabel or SimpleITK, or (array, affine). Raises FlowrunError."""
    if isinstance(value, Image):
        return (
            value
            if isinstance(value, kind)
            else kind(value.data, grid=value.grid, facts=value.facts, source=value.source)
        )
    if hasattr(value, "get_fdata") and hasattr(value, "affine"):
        if value.affine is None:
            raise FlowrunError("this image of nibabel has no affine, so it does not say where it lies")
        return kind(_only_volume(np.asanyarray(value.dataobj)), value.affine, source=value.get_filename() or "")
    if hasattr(value, "GetDirection") and hasattr(value, "GetSpacing"):
        return _of_sitk(value, kind)
    if isinstance(value, tuple) and len(value) == 2 and value[1] is not None:
        return kind(value[0], value[1])
    if isinstance(value, (np.ndarray, tuple)):
        raise FlowrunError(
            f"an array alone does not say where it lies; give (array, affine), an image's like(array), or "
            f"{kind.__name__}(array) for voxels of 1 mm"
        )
    raise FlowrunError(f"a {kind.__name__} is an image or (array, affine), not a {type(value).__name__}")


def _only_volume(data: np.ndarray) -> np.ndarray:
    return data[..., 0] if data.ndim == 4 and data.shape[3] == 1 else data


def _of_sitk(image, kind: type) -> Image:
    import SimpleITK

    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
        raise FlowrunError("an image of SimpleITK needs three dimensions and one component")
    data = SimpleITK.GetArrayFromImage(image).transpose(2, 1, 0)
    return kind(data, grid=Grid(data.shape, image.GetSpacing(), image.GetOrigin(), image.GetDirection()))
