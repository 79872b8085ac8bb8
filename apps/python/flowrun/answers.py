"""The memory in which a process of Python gives its outputs; framework/src/scripts reads it."""

from __future__ import annotations

import mmap
import os
import sys
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

_PAGE = mmap.PAGESIZE
_ALIGNMENT = 64


def _split(parts: Sequence[Any]) -> Tuple[bytes, memoryview, bytes]:
    """The largest part, with what is before and behind it."""
    views = [memoryview(part) for part in parts]
    largest = max(range(len(views)), key=lambda i: views[i].nbytes)
    return b"".join(views[:largest]), views[largest], b"".join(views[largest + 1 :])


def is_packet(parts: Sequence[Any], packet: np.ndarray) -> bool:
    """Whether the parts make this packet, with the largest one lying in it: an input that is given back as it is."""
    before, data, behind = _split(parts)
    end = len(before) + data.nbytes
    if not data.nbytes or end + len(behind) != packet.size:
        return False
    in_place = np.frombuffer(data, np.uint8).ctypes.data == packet.ctypes.data + len(before)
    return in_place and before == packet[: len(before)].tobytes() and behind == packet[end:].tobytes()


class Block:
    """A part of the memory, mapped by itself. Its first page is for what precedes an image in its packet."""

    def __init__(self, descriptor: int, offset: int, size: int):
        self.offset, self.size = offset, size
        self.mapped = mmap.mmap(descriptor, size, offset=offset)
        self.bytes = np.frombuffer(self.mapped, np.uint8)

    def is_free(self) -> bool:
        """Whether nothing looks into it: each view of its bytes has a reference to them."""
        return sys.getrefcount(self.bytes) <= 2  # its own, and the argument of getrefcount

    def has(self, data: memoryview) -> bool:
        """Whether these bytes are those of an array made by `AnswerMemory.empty`."""
        return data.nbytes > 0 and np.frombuffer(data, np.uint8).ctypes.data == self.bytes.ctypes.data + _PAGE


class AnswerMemory:
    """Blocks of the memory behind a descriptor, which grows and never shrinks. A free block is used again: its pages are there
    already, and to get new ones takes as long as a copy."""

    def __init__(self, descriptor: int):
        self.descriptor = descriptor
        self.size = os.fstat(descriptor).st_size
        self.blocks: List[Block] = []
        self.answer: List[np.ndarray] = []  #: what belongs to the answer that the other side reads

    def empty(self, shape: Sequence[int], dtype: Any) -> np.ndarray:
        """An array in Fortran order, to be filled. An output made of it is not copied."""
        length = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        if length < _PAGE:
            return np.empty(shape, dtype, order="F")
        block = self._block(_PAGE + length)
        return block.bytes[_PAGE : _PAGE + length].view(dtype).reshape(shape, order="F")

    def put(self, parts: Sequence[Any]) -> Tuple[int, int]:
        """Makes one of the parts of a payload, the largest at a multiple of 64 bytes: its offset and length."""
        before, data, behind = _split(parts)
        length = len(before) + data.nbytes + len(behind)
        block = self._block_of(data) if len(before) <= _PAGE and not behind else None
        begin = _PAGE - len(before) if block else -len(before) % _ALIGNMENT
        taken = (block or self._block(begin + length)).bytes[begin : begin + length]
        if block is None:
            taken[len(before) : length - len(behind)] = np.frombuffer(data, np.uint8)
            taken[length - len(behind) :] = np.frombuffer(behind, np.uint8)
        taken[: len(before)] = np.frombuffer(before, np.uint8)
        self.answer.append(taken)
        return self._offset_of(taken), length

    def _offset_of(self, taken: np.ndarray) -> int:
        block = next(block for block in self.blocks if taken.base is block.bytes)
        return block.offset + taken.ctypes.data - block.bytes.ctypes.data

    def _block_of(self, data: memoryview) -> Optional[Block]:
        """The block that has the data already, unless another output is there."""
        taken = [array.base for array in self.answer]
        free = (block for block in self.blocks if not any(block.bytes is base for base in taken))
        return next((block for block in free if block.has(data)), None)

    def _block(self, size: int) -> Block:
        free = [block for block in self.blocks if block.is_free()]
        fitting = [block for block in free if block.size >= size]
        return min(fitting, key=lambda block: block.size) if fitting else self._new_block(size, free)

    def _new_block(self, size: int, too_small: List[Block]) -> Block:
        for block in too_small:  # else images that grow from case to case would pile up
            block.mapped.madvise(mmap.MADV_REMOVE)
            self.blocks.remove(block)
        size = -(-size // _PAGE) * _PAGE
        os.ftruncate(self.descriptor, self.size + size)
        self.blocks.append(Block(self.descriptor, self.size, size))
        self.size += size
        return self.blocks[-1]
