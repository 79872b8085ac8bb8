"""Payloads as Python values, and their bytes as flowrun's codecs have them (framework/src/sdk/standard_codecs.cpp).

Needs numpy and nothing else: the processes of nodes in Python use it too.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, Dict, List, Tuple

import numpy as np

from .errors import FlowrunError
from .grid import Grid
from .images import IMAGES, Facts, Image, Labels, image_of


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


class _Writer:
    def __init__(self) -> None:
        self.parts: List[Any] = []

    def pack(self, form: str, *values) -> None:
        self.parts.append(struct.pack("<" + form, *values))

    def text(self, text: str) -> None:
        data = text.encode()
        self.pack("Q", len(data))
        self.parts.append(data)

    def array(self, values: np.ndarray, dtype) -> None:
        """Elements in the order of memory: of images x fastest."""
        values = np.asarray(values, dtype=dtype)
        flat = values.ravel(order="F" if values.ndim == 3 else "C")
        self.pack("Q", flat.size)
        self.parts.append(memoryview(flat).cast("B") if flat.size else b"")

    def grid(self, grid: Grid) -> None:
        self.pack("3q15d", *grid.size, *grid.spacing, *grid.origin, *grid.direction)

    def facts(self, facts: Facts) -> None:
        for text in (facts.contrast, facts.space, facts.kind):
            self.text(text)
        self.pack("Q", len(facts.more))
        for name in sorted(facts.more, key=str.encode):
            self.text(name)
            self.text(facts.more[name])


class _Reader:
    def __init__(self, data) -> None:
        self.data, self.at = memoryview(data).cast("B"), 0

    def take(self, length: int) -> memoryview:
        if length > len(self.data) - self.at:
            raise FlowrunError("its data are cut")
        self.at += length
        return self.data[self.at - length : self.at]

    def unpack(self, form: str) -> tuple:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def one(self, form: str):
        return self.unpack(form)[0]

    def text(self) -> str:
        return bytes(self.take(self.one("Q"))).decode(errors="replace")

    def array(self, dtype) -> np.ndarray:
        dtype = np.dtype(dtype)
        return np.frombuffer(self.take(self.one("Q") * dtype.itemsize), dtype=dtype)

    def grid(self) -> Grid:
        values = self.unpack("3q15d")
        return Grid(values[:3], values[3:6], values[6:9], values[9:])

    def facts(self) -> Facts:
        facts = Facts(self.text(), self.text(), self.text())
        facts.more = {self.text(): self.text() for _ in range(self.one("Q"))}
        return facts


def _write_image(image: Image, out: _Writer) -> None:
    out.grid(image.grid)
    out.text(image.source)
    out.facts(image.facts)
    out.array(image.data, image.dtype)
    if isinstance(image, Labels):
        out.pack("Q", len(image.names))
        for label in sorted(image.names):
            out.pack("i", label)
            out.text(image.names[label])


def _read_image(kind: type, data: _Reader) -> Image:
    grid, source, facts = data.grid(), data.text(), data.facts()
    voxels = data.array(kind.dtype).reshape(grid.size, order="F")
    names = {"names": {data.one("i"): data.text() for _ in range(data.one("Q"))}} if kind is Labels else {}
    return kind(voxels, grid=grid, facts=facts, source=source, **names)


def _write_cell(cell, out: _Writer) -> None:
    if isinstance(cell, (bool, np.bool_, int, np.integer)):
        out.pack("Bq", 0, int(cell))
    elif isinstance(cell, (float, np.floating)):
        out.pack("Bd", 1, float(cell))
    elif isinstance(cell, str):
        out.pack("B", 2)
        out.text(cell)
    else:
        raise FlowrunError(f"a cell of a table is a number or a text, not a {type(cell).__name__}")


def _write_table(table, out: _Writer) -> None:
    columns = {str(name): list(values) for name, values in dict(table).items()}
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise FlowrunError("the columns of a table have one length; these have " + ", ".join(str(n) for n in sorted(lengths)))
    out.pack("Q", len(columns))
    for name in columns:
        out.text(name)
    out.pack("Q", max(lengths, default=0))
    for row in zip(*columns.values()):
        for cell in row:
            _write_cell(cell, out)


def _read_table(data: _Reader) -> Table:
    names = [data.text() for _ in range(data.one("Q"))]
    columns: Dict[str, list] = {name: [] for name in names}
    for _ in range(data.one("Q")):
        for name in names:
            kind = data.one("B")
            columns[name].append(data.text() if kind == 2 else data.one("q" if kind == 0 else "d"))
    return Table(columns)


def _write_number(number, out: _Writer) -> None:
    out.pack("d", float(number))
    out.text(getattr(number, "unit", ""))


def _read_number(data: _Reader) -> Number:
    value = data.one("d")
    return Number(value, data.text())


def _write_list(voxels: VoxelList, out: _Writer) -> None:
    out.grid(voxels.grid)
    out.text(voxels.source)
    out.array(voxels.voxels, np.int64)


def _read_list(data: _Reader) -> VoxelList:
    grid, source = data.grid(), data.text()
    return VoxelList(grid, data.array(np.int64), source)


def _write_patches(batch: PatchBatch, out: _Writer) -> None:
    values = np.ascontiguousarray(batch.values, dtype=np.float32)
    if values.ndim != 5 or len(values) != len(batch.voxels):
        raise FlowrunError("the values of patches are N x C x D x H x W, with N voxels")
    out.grid(batch.grid)
    out.array(batch.voxels, np.int64)
    out.pack("4q", values.shape[1], *values.shape[:1:-1])
    out.array(values, np.float32)


def _read_patches(data: _Reader) -> PatchBatch:
    grid, voxels = data.grid(), data.array(np.int64)
    channels, width, height, depth = data.unpack("4q")
    return PatchBatch(grid, voxels, data.array(np.float32).reshape(len(voxels), channels, depth, height, width))


def _write_scores(scores: Scores, out: _Writer) -> None:
    values = np.ascontiguousarray(scores.values, dtype=np.float32)
    if values.ndim != 2 or len(values) != len(scores.voxels):
        raise FlowrunError("the values of scores are N x K, with N voxels")
    out.grid(scores.grid)
    out.array(scores.voxels, np.int64)
    out.pack("q", values.shape[1])
    out.array(values, np.float32)


def _read_scores(data: _Reader) -> Scores:
    grid, voxels, classes = data.grid(), data.array(np.int64), data.one("q")
    return Scores(grid, voxels, data.array(np.float32).reshape(len(voxels), classes))


def _write_transform(transform: Transform, out: _Writer) -> None:
    for text in (transform.source_space, transform.target_space, transform.source):
        out.text(text)
    out.pack("Q", len(transform.steps))
    for step in transform.steps:
        out.pack("B12d", step.inverse, *np.asarray(step.matrix, dtype=np.float64).ravel())
        out.grid(step.grid)
        out.array(np.ravel(step.displacement), np.float32)


def _read_step(data: _Reader) -> TransformStep:
    inverse, *matrix = data.unpack("B12d")
    grid = data.grid()
    return TransformStep(np.reshape(matrix, (3, 4)), grid, data.array(np.float32), bool(inverse))


def _read_transform(data: _Reader) -> Transform:
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
    out = _Writer()
    value = value_of(value, payload)
    if payload in IMAGES:
        _write_image(value, out)
    else:
        _CODECS[payload][1](value, out)
    return out.parts


def decoded(data, payload: str) -> Any:
    """The value in those bytes; arrays lie in them. Raises FlowrunError for bytes that are no such payload."""
    reader = _Reader(data)
    try:
        value = _read_image(IMAGES[payload], reader) if payload in IMAGES else _CODECS[payload][2](reader)
    except (ValueError, KeyError) as fault:
        raise FlowrunError(f"the bytes are no {payload}: {fault}") from None
    if reader.at != len(reader.data):
        raise FlowrunError("it has more data than it says")
    return value
