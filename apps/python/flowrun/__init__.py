"""flowrun from Python: run graphs on images in memory and over cohorts, and write nodes.

    import flowrun

    graph = flowrun.load("segment.json", candidate_threshold=1.0)
    with graph.session(threads=2) as session:
        out = session.run(flair=flowrun.read("flair.nii.gz"), t1=(array, affine))
    out.mask.data, out.mask.affine

Arrays have the axes x, y, z; affines are in RAS and mm, as nibabel has them. docs/python.md has the rest.
"""

from __future__ import annotations

import importlib
from typing import Any

from .errors import CaseFailed, Diagnostic, FlowrunError, GraphError, NodeError

_PLACES = {
    "catalogue": ("node", "nodes"),
    "cohorts": ("CohortOutcome", "Results", "results", "run"),
    "files": ("read",),
    "graphs": ("Graph", "GraphBuilder", "load"),
    "grid": ("Grid",),
    "images": ("Facts", "Image", "Labels", "Mask", "Volume"),
    "packets": ("Number", "PatchBatch", "Scores", "Table", "Transform", "TransformStep", "VoxelList"),
    "places": ("graph_folder", "prefix", "program"),
    "sessions": ("Output", "Session"),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}

__all__ = sorted([*_MODULE_OF, "CaseFailed", "Diagnostic", "FlowrunError", "GraphError", "NodeError"])


def _native() -> Any:
    """The extension. The processes of nodes in Python work without it."""
    try:
        return importlib.import_module("flowrun._flowrun")
    except ImportError as reason:
        raise FlowrunError(f"the extension of the package flowrun is missing for this Python: {reason}") from reason


def __getattr__(name: str) -> Any:
    """The parts are imported when they are first used."""
    if name == "__version__":
        return _native().version
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'flowrun' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"flowrun.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list:
    return sorted({*globals(), *__all__})
