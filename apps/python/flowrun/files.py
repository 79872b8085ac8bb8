"""Images of files, read and written by flowrun's own nodes: a graph that reads the same file gets the same voxels and grid."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from typing import Any, Dict

from .errors import CaseFailed, FlowrunError
from .graphs import load
from .images import IMAGES, Image
from .places import PathLike

_WORDS = {payload: payload.split(".")[1].split("/")[0] for payload in IMAGES}  # "volume", "mask", "labels"
_sessions: Dict[str, Any] = {}
_lock = threading.Lock()


def _session(name: str, tree: Dict[str, Any]) -> Any:
    """A session of a small graph, opened once in the process."""
    with _lock:
        if name not in _sessions:
            with tempfile.TemporaryDirectory() as folder:
                file = os.path.join(folder, name + ".json")
                with open(file, "w", encoding="utf-8") as stream:
                    json.dump({"format": 1, "name": name, **tree}, stream)
                _sessions[name] = load(file).session(threads=1)
        return _sessions[name]


def _reader(word: str) -> Dict[str, Any]:
    return {
        "inputs": {"path": {"type": "path", "help": "The file"}},
        "nodes": {"read": {"type": f"io.read_{word}", "params": {"path": "${path}"}}},
        "outputs": {"image": f"read.{word}"},
    }


def _call(name: str, tree: Dict[str, Any], **inputs: Any) -> Any:
    try:
        return _session(name, tree).run(**inputs)
    except CaseFailed as failure:
        raise FlowrunError(failure.errors[0].message if failure.errors else str(failure)) from None


def read(path: PathLike, kind: type = None) -> Image:
    """An image of a file or of a folder with a DICOM series, as `io.read_volume` reads it; kind: flowrun.Mask or flowrun.Labels.

    Raises FlowrunError with the reader's sentence.
    """
    word = _WORDS[kind.payload if kind else "flowrun.volume/1"]
    return _call(f"read_{word}", _reader(word), path=os.path.abspath(path))["image"]
