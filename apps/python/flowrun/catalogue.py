"""Node types: what there is, and their help."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Sequence

from . import _native
from .errors import FlowrunError
from .places import PathLike, plugin_paths


class NodeType:
    """The description of a node type. `help(flowrun.node("cnn.stage"))` and `print(...)` show it."""

    def __init__(self, description: Dict[str, Any], plugin: str, version: str, library: str):
        self.name: str = description["name"]
        self.summary: str = description["summary"]
        self.details: str = description["details"]
        self.inputs: List[Dict[str, Any]] = description[
            "inputs"
        ]  #: name, payload, help, and what differs from the usual
        self.outputs: List[Dict[str, Any]] = description["outputs"]
        self.params: List[Dict[str, Any]] = description["params"]  #: name, type, default, help, min, max, unit, choices
        self.plugin, self.version, self.library = plugin, version, library
        self.__doc__ = self.text()

    def text(self) -> str:
        """All of it, for reading."""
        lines = [f"{self.name}: {self.summary}", ""]
        if self.details:
            lines += [self.details, ""]
        for title, parts in (("Inputs", self.inputs), ("Outputs", self.outputs)):
            if parts:
                lines += [title] + [f"  {one['name']}  {one['payload']}: {one['help']}" for one in parts] + [""]
        if self.params:
            lines += ["Parameters"] + [self._param(one) for one in self.params] + [""]
        return "\n".join(lines + [f"Plugin {self.plugin} {self.version}"])

    @staticmethod
    def _param(one: Dict[str, Any]) -> str:
        bounds = [f"default {json.dumps(one['default'])}" if "default" in one else "required"]
        bounds += [f"{word} {one[word]:g}" for word in ("min", "max") if word in one]
        bounds += [f"one of {', '.join(one['choices'])}"] if one.get("choices") else []
        unit = f" {one['unit']}" if one.get("unit") else ""
        return f"  {one['name']}  {one['type']}{unit} ({', '.join(bounds)}): {one['help']}"

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<node type {self.name}: {self.summary}>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.text())}</pre>"


def nodes(*, plugins: Sequence[PathLike] = ()) -> Dict[str, NodeType]:
    """All node types by name, of the installed plugins and of the folders and libraries named."""
    known = _native().node_types(plugin_paths(plugins))
    types = [NodeType(json.loads(text)["node_types"][0], *where) for text, *where in known]
    return {one.name: one for one in types}


def node(name: str, *, plugins: Sequence[PathLike] = ()) -> NodeType:
    """One node type. Raises FlowrunError when there is none of that name."""
    known = nodes(plugins=plugins)
    if name in known:
        return known[name]
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    failures = [
        failure for *_, failure in _native().plugins(plugin_paths(plugins)) if failure and name.split(".")[0] in failure
    ]
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise FlowrunError("\n".join([f"no plugin offers node type '{name}'{hint}", *failures]))
