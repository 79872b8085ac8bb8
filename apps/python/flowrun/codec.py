"""Bytes as flowrun's codecs have them (flowrun/sdk/codec.h): little-endian numbers, lengths and counts of 64 bit."""

from __future__ import annotations

import struct
from typing import Any, List

import numpy as np

from .errors import FlowrunError
from .grid import Grid
from .images import Facts


class ByteWriter:
    """Takes the parts of a payload, one after the other; arrays are not copied."""

    def __init__(self) -> None:
        self.parts: List[Any] = []

    def pack(self, form: str, *values) -> None:
        self.parts.append(struct.pack("<" + form, *values))

    def text(self, text: str) -> None:
        try:
            data = text.encode()
        except UnicodeEncodeError:
            raise FlowrunError(f"the text {text!r:.60} has half a character, which UTF-8 cannot say") from None
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


class ByteReader:
    """Gives the parts back, in the same order; arrays lie in the data. Raises FlowrunError where the data do not suffice."""

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
