"""What notebooks show: slices as PNG, tables as HTML. Needs numpy and nothing else."""

from __future__ import annotations

import html
import struct
import zlib
from typing import Any, Iterable, Sequence

import numpy as np


def png(grey: np.ndarray) -> bytes:
    """An array of uint8, rows by columns, as a PNG file."""
    height, width = grey.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter, 0
    rows[:, 1:] = grey

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows.tobytes(), 6))
        + chunk(b"IEND", b"")
    )


def slices_png(image: Any) -> bytes:
    """The three middle slices side by side, in the array's own axes, from the 1st to the 99th percentile of the values."""
    if not image.data.size:
        return png(np.zeros((1, 1), np.uint8))
    data = np.nan_to_num(np.asarray(image.data, dtype=np.float32))
    middle = [data.take(length // 2, axis=axis) for axis, length in enumerate(data.shape)]
    low, high = (
        np.percentile(data, (1, 99)) if image.payload == "flowrun.volume/1" else (0, max(1.0, float(data.max())))
    )
    height = max(part.shape[1] for part in middle)
    panels = []
    for part in middle:
        grey = np.clip((part.T[::-1] - low) / max(float(high - low), 1e-9), 0, 1) * 255
        panels.append(np.pad(grey, ((0, height - grey.shape[0]), (0, 2))))
    return png(np.hstack(panels).astype(np.uint8))


def table_html(columns: Sequence[str], rows: Iterable[Sequence[Any]], most: int = 50) -> str:
    """A table; of more than `most` rows the first ones, and how many there are."""
    rows = list(rows)

    def cells(values: Iterable[Any], tag: str) -> str:
        texts = (f"{value:.6g}" if isinstance(value, float) else str(value) for value in values)
        return "<tr>" + "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts) + "</tr>"

    text = "<table>" + cells(columns, "th") + "".join(cells(row, "td") for row in rows[:most]) + "</table>"
    return text + (f"<p>{most} of {len(rows)} rows</p>" if len(rows) > most else "")
