"""Payloads as Python values, and their bytes as flowrun's codecs have them (framework/src/sdk/standard_codecs.cpp).

Needs numpy and nothing else: the processes of nodes in Python use it too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Tuple

import numpy as np

from .codec import ByteReader, ByteWriter
from .errors import FlowrunError
from .grid import Grid
from .images import IMAGES, Image, Labels, image_of


class Number(float):
    """A figure with its unit."""

    unit: str

    def __new__(cls, value, unit: str = ""):
        number = super().__new__(cls, value)
        number.unit = unit
        return number


class Table(dict):
    """Columns by name, each a list of numbers or texts; pandas.DataFrame takes it as it is."""

    def rows(self) -> List[tuple]:
        return list(zip(*self.values()))

    def _repr_html_(self) -> str:
        from .pictures import table_html

        return table_html(list(self), self.rows())


@dataclass
class VoxelList:
    """Voxels of a grid: linear indices (int64), x fastest, ascending."""

    grid: Grid
    voxels: np.ndarray
    source: str = ""


@dataclass
class PatchBatch:
    """Patches around voxels: `values` is N x C x D x H x W, float32; D is along z, W along x."""

    grid: Grid
    voxels: np.ndarray
    values: np.ndarray


@dataclass
class Scores:
    """Scores of voxels: `values` is N x K, float32."""

    grid: Grid
    voxels: np.ndarray
    values: np.ndarray


@dataclass
class TransformStep:
    """An affine map (`matrix`, 3 x 4, mm, LPS), or with `displacement` (3 values a voxel of `grid`, x fastest) a field."""

    matrix: np.ndarray = field(default_factory=lambda: np.eye(3, 4))
    grid: Grid = Grid((0, 0, 0))
    displacement: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    inverse: bool = False


@dataclass
class Transform:
    """Where a point of space `source_space` lies in `target_space`: steps from first to last."""

    steps: List[TransformStep]
    source_space: str = ""
    target_space: str = ""
    source: str = ""


def _write_image(image: Image, out: ByteWriter) -> None:
    out.grid(image.grid)
    out.text(image.source)
    out.facts(image.facts)
    out.array(image.voxels(), image.dtype)
    if isinstance(image, Labels):
        out.pack("Q", len(image.names))
        for label in sorted(image.names):
            out.pack("i", label)
            out.text(image.names[label])


def _read_image(kind: type, data: ByteReader) -> Image:
    grid, source, facts = data.grid(), data.text(), data.facts()
    voxels = data.array(kind.dtype).reshape(grid.size, order="F")
    names = {"names": {data.one("i"): data.text() for _ in range(data.one("Q"))}} if kind is Labels else {}
    return kind._of_packet(voxels, grid, facts, source, **names)


def _write_cell(cell, out: ByteWriter) -> None:
    if isinstance(cell, (bool, np.bool_, int, np.integer)):
        if not -(2**63) <= int(cell) < 2**63:
            raise FlowrunError(f"a table keeps whole numbers of 64 bits; {cell} is none")
        out.pack("Bq", 0, int(cell))
    elif isinstance(cell, (float, np.floating)):
        out.pack("Bd", 1, float(cell))
    elif isinstance(cell, str):
        out.pack("B", 2)
        out.text(cell)
    else:
        raise FlowrunError(f"a cell of a table is a number or a text, not a {type(cell).__name__}")


def _write_table(table, out: ByteWriter) -> None:
    for name, values in dict(table).items():
        if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
            raise FlowrunError(f"column '{name}' of a table is a list of numbers or texts, not {values!r:.60}")
    columns = {str(name): list(values) for name, values in dict(table).items()}
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise FlowrunError(
            "the columns of a table have one length; these have " + ", ".join(str(n) for n in sorted(lengths))
        )
    out.pack("Q", len(columns))
    for name in columns:
        out.text(name)
    out.pack("Q", max(lengths, default=0))
    for row in zip(*columns.values()):
        for cell in row:
            _write_cell(cell, out)


def _read_table(data: ByteReader) -> Table:
    names = [data.text() for _ in range(data.one("Q"))]
    columns: Dict[str, list] = {name: [] for name in names}
    for _ in range(data.one("Q")):
        for name in names:
            kind = data.one("B")
            columns[name].append(data.text() if kind == 2 else data.one("q" if kind == 0 else "d"))
    return Table(columns)


def _write_number(number, out: ByteWriter) -> None:
    out.pack("d", float(number))
    out.text(getattr(number, "unit", ""))


def _read_number(data: ByteReader) -> Number:
    value = data.one("d")
    return Number(value, data.text())


def _write_list(voxels: VoxelList, out: ByteWriter) -> None:
    out.grid(voxels.grid)
    out.text(voxels.source)
    out.array(voxels.voxels, np.int64)


def _read_list(data: ByteReader) -> VoxelList:
    grid, source = data.grid(), data.text()
    return VoxelList(grid, data.array(np.int64), source)


def _write_patches(batch: PatchBatch, out: ByteWriter) -> None:
    values = np.ascontiguousarray(batch.values, dtype=np.float32)
    if values.ndim != 5 or len(values) != len(batch.voxels):
        raise FlowrunError("the values of patches are N x C x D x H x W, with N voxels")
    out.grid(batch.grid)
    out.array(batch.voxels, np.int64)
    out.pack("4q", values.shape[1], *values.shape[:1:-1])
    out.array(values, np.float32)


def _read_patches(data: ByteReader) -> PatchBatch:
    grid, voxels = data.grid(), data.array(np.int64)
    channels, width, height, depth = data.unpack("4q")
    return PatchBatch(grid, voxels, data.array(np.float32).reshape(len(voxels), channels, depth, height, width))


def _write_scores(scores: Scores, out: ByteWriter) -> None:
    values = np.ascontiguousarray(scores.values, dtype=np.float32)
    if values.ndim != 2 or len(values) != len(scores.voxels):
        raise FlowrunError("the values of scores are N x K, with N voxels")
    out.grid(scores.grid)
    out.array(scores.voxels, np.int64)
    out.pack("q", values.shape[1])
    out.array(values, np.float32)


def _read_scores(data: ByteReader) -> Scores:
    grid, voxels, classes = data.grid(), data.array(np.int64), data.one("q")
    return Scores(grid, voxels, data.array(np.float32).reshape(len(voxels), classes))


def _write_transform(transform: Transform, out: ByteWriter) -> None:
    for text in (transform.source_space, transform.target_space, transform.source):
        out.text(text)
    out.pack("Q", len(transform.steps))
    for step in transform.steps:
        out.pack("B12d", step.inverse, *np.asarray(step.matrix, dtype=np.float64).ravel())
        out.grid(step.grid)
        out.array(np.ravel(step.displacement), np.float32)


def _read_step(data: ByteReader) -> TransformStep:
    inverse, *matrix = data.unpack("B12d")
    grid = data.grid()
    return TransformStep(np.reshape(matrix, (3, 4)), grid, data.array(np.float32), bool(inverse))


def _read_transform(data: ByteReader) -> Transform:
    start, end, source = data.text(), data.text(), data.text()
    return Transform([_read_step(data) for _ in range(data.one("Q"))], start, end, source)


_CODECS: Dict[str, Tuple[type, Any, Any]] = {
    "flowrun.number/1": (Number, _write_number, _read_number),
    "flowrun.table/1": (Table, _write_table, _read_table),
    "flowrun.voxel_list/1": (VoxelList, _write_list, _read_list),
    "flowrun.patch_batch/1": (PatchBatch, _write_patches, _read_patches),
    "flowrun.scores/1": (Scores, _write_scores, _read_scores),
    "flowrun.transform/1": (Transform, _write_transform, _read_transform),
}

#: Payload types that Python has values for.
PAYLOADS: Dict[str, type] = {**IMAGES, **{name: codec[0] for name, codec in _CODECS.items()}}


def value_of(value: Any, payload: str) -> Any:
    """`value` as the Python class of that payload; arrays become images, numbers Numbers, dicts Tables. Raises FlowrunError."""
    kind = PAYLOADS.get(payload)
    if kind is None:
        raise FlowrunError(f"packets of type '{payload}' cannot be made in Python")
    if payload in IMAGES:
        return image_of(value, kind)
    if isinstance(value, kind):
        return value
    if kind is Number and isinstance(value, (int, float, np.integer, np.floating)):
        return Number(value)
    if kind is Table and (isinstance(value, dict) or hasattr(value, "to_dict")):
        return Table(value if isinstance(value, dict) else value.to_dict("list"))
    raise FlowrunError(f"expected a {kind.__name__} ({payload}), found a {type(value).__name__}")


def encoded(value: Any, payload: str) -> List[Any]:
    """The bytes of a value of that payload, in parts. Raises FlowrunError."""
    out = ByteWriter()
    value = value_of(value, payload)
    if payload in IMAGES:
        _write_image(value, out)
    else:
        _CODECS[payload][1](value, out)
    return out.parts


def decoded(data, payload: str) -> Any:
    """The value in those bytes; arrays lie in them. Raises FlowrunError for bytes that are no such payload."""
    reader = ByteReader(data)
    try:
        value = _read_image(IMAGES[payload], reader) if payload in IMAGES else _CODECS[payload][2](reader)
    except (ValueError, KeyError) as fault:
        raise FlowrunError(f"the bytes are no {payload}: {fault}") from None
    if reader.at != len(reader.data):
        raise FlowrunError("it has more data than it says")
    return value
