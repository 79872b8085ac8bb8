"""Graphs: read from files and checked, or built in Python."""

from __future__ import annotations

import copy
import json
import math
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from . import _native
from .drawings import Drawing, draw
from .errors import Diagnostic, FlowrunError, GraphError
from .places import PathLike, plugin_paths


def setting_text(value: Any) -> str:
    """A parameter's value as the command line writes it: true, 1.5, 1,2,3."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, dict):
        raise FlowrunError(f"{value!r:.60} is no value of a parameter")
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        values = value.tolist() if hasattr(value, "tolist") else value
        return ",".join(map(setting_text, values)) if isinstance(values, (list, tuple)) else setting_text(values)
    return (
        repr(value) if isinstance(value, float) else os.fspath(value) if isinstance(value, os.PathLike) else str(value)
    )


@dataclass(frozen=True)
class Value:
    """A parameter of a graph, or an input that is a value of each case."""

    name: str
    type: str
    help: str
    unit: str
    required: bool
    default: Any


@dataclass(frozen=True)
class PacketInput:
    """An input of a graph that takes a packet."""

    name: str
    payload: str
    help: str
    required: bool
    variadic: bool


class Graph:
    """A graph of a file that has been read and checked; `load` makes one.

    `takes_packets`: its inputs are images and other packets in memory; run it with `session`. Else its inputs are values of
    cases, such as paths of files; run it with `flowrun.run`.
    """

    def __init__(self, file: PathLike, parameters: Dict[str, Any], plugins: Sequence[PathLike]):
        self.file = Path(file)
        self.settings = {name: setting_text(value) for name, value in parameters.items()}
        self.plugins = plugin_paths(plugins)
        facts, faults = _native().check(str(self.file), self.words(), self.plugins)
        self.diagnostics: List[Diagnostic] = [Diagnostic(*fault) for fault in faults]  #: warnings
        if facts is None or any(one.severity == "error" for one in self.diagnostics):
            raise GraphError(self.diagnostics)
        self.name: str = facts["name"]
        self.summary: str = facts["summary"]
        self.parameters = {one["name"]: Value(**one) for one in facts["parameters"]}
        self.inputs = {one["name"]: Value(**one) for one in facts["inputs"]}
        self.packets = {one["name"]: PacketInput(**one) for one in facts["packets"]}
        self.outputs: List[str] = facts["outputs"]
        self.nodes: Dict[str, str] = dict(facts["nodes"])  #: type by id

    @property
    def takes_packets(self) -> bool:
        return bool(self.packets) or bool(self.outputs)

    def words(self) -> List[str]:
        """The parameters as the command line has them."""
        return [f"{name}={text}" for name, text in self.settings.items()]

    def session(
        self,
        *,
        threads: Optional[int] = None,
        changing: Sequence[str] = (),
        at_once: int = 2,
        device: str = "auto",
        out: PathLike = "",
        cache: PathLike = "",
    ) -> "Any":
        """Opens the graph once, for many calls on images in memory; see Session. Raises GraphError.

        threads: 1 to 1024; None is one for each core that the process may use. changing: parameters that each call may set again. at_once:
        calls of one `run_all` that run at a time. device: "auto", "cpu", "cuda" or "cuda:1". out: the value of ${out}.
        cache: a folder in which results of nodes are kept, so that equal images and parameters are not computed again.
        """
        from .sessions import Session

        return Session(self, threads=threads, changing=changing, at_once=at_once, device=device, out=out, cache=cache)

    def draw(self) -> Drawing:
        """A picture of the graph, which a notebook shows (needs Graphviz's program dot). Raises FlowrunError."""
        return draw(self)

    def _repr_html_(self) -> str:
        from .pictures import table_html

        rows = [
            (one.name, one.type, "required" if one.required else one.default, one.unit, one.help)
            for one in [*self.inputs.values(), *self.parameters.values()]
        ]
        rows = [
            (one.name, one.payload, "required" if one.required else "optional", "", one.help)
            for one in self.packets.values()
        ] + rows
        return table_html(("name", "type", "default", "unit", self.summary or self.name), rows)

    def __repr__(self) -> str:
        return f"<graph '{self.name}' of {self.file}, {len(self.nodes)} nodes>"


def load(file: PathLike, *, plugins: Sequence[PathLike] = (), **parameters: Any) -> Graph:
    """Reads a graph file and checks it as a whole, with these parameters. Raises GraphError with every fault and its place.

    plugins: folders or libraries besides the installed ones. A parameter of one node is given as ``**{"node.param": value}``.
    """
    return Graph(file, parameters, plugins)


@dataclass(frozen=True)
class Port:
    """An output of a node in a GraphBuilder, or an input of the graph."""

    text: str
    builder: Any = field(default=None, compare=False, repr=False)


class NodeRef:
    """A node in a GraphBuilder: `node["mask"]`, or `node.mask`, is its output 'mask'."""

    def __init__(self, id: str, builder: Any = None):
        self.id = id
        self._builder = builder

    def __getitem__(self, port: str) -> Port:
        return Port(f"{self.id}.{port}", self._builder)

    def __repr__(self) -> str:
        return f"<node '{self.id}' of a GraphBuilder>"

    def __getattr__(self, port: str) -> Port:
        if port.startswith("_"):
            raise AttributeError(port)
        return self[port]


def _json_value(name: str, value: Any) -> Any:
    """A value of NumPy as that of JSON, and a path as text. Raises FlowrunError for what JSON cannot say."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, dict):
        return {key: _json_value(f"{name}.{key}", one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_value(name, one) for one in value]
    if hasattr(value, "tolist") and not hasattr(value, "affine"):
        return _json_value(name, value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        raise FlowrunError(f"'{name}' is {value}, which a graph file cannot say")
    if value is not None and not isinstance(value, (bool, int, float, str)):
        raise FlowrunError(f"'{name}' cannot be a {type(value).__name__}")
    return value


class GraphBuilder:
    """A graph that is written in Python.

    g = flowrun.GraphBuilder("bright", "The bright voxels of an image")
    image = g.packet("image", "flowrun.volume/1", "An image")
    above = g.parameter("above", "number", default=10, help="A voxel above this is bright")
    cut = g.node("cut", "segment.threshold", {"volume": image}, above=above)
    g.output("mask", cut.mask)
    graph = g.save("bright.json")
    """

    def __init__(self, name: str, summary: str = ""):
        self._tree: Dict[str, Any] = {"format": 1, "name": name}
        if summary:
            self._tree["summary"] = summary

    def _add(self, part: str, name: str, value: Any) -> None:
        members = self._tree.setdefault(part, {})
        if name in members:
            raise FlowrunError(f"the graph has '{name}' twice among its {part}")
        members[name] = _json_value(name, value)

    def parameter(self, name: str, type: str, *, help: str, **more: Any) -> str:
        """A parameter of the graph; `more`: default, min, max, unit, choices, length. Gives "${name}" for parameters of nodes."""
        self._add("parameters", name, {"type": type, **more, "help": help})
        return "${" + name + "}"

    def value(self, name: str, type: str, help: str, **more: Any) -> str:
        """An input that is one value of each case, such as a path. Gives "${name}"."""
        self._add("inputs", name, {"type": type, **more, "help": help})
        return "${" + name + "}"

    def packet(self, name: str, payload: str, help: str, **more: Any) -> Port:
        """An input that is a packet, such as an image in memory."""
        self._add("inputs", name, {"type": payload, **more, "help": help})
        return Port(name, self)

    def node(
        self,
        id: str,
        type: str,
        inputs: Optional[Dict[str, Any]] = None,
        *,
        when: Any = None,
        run: Any = None,
        **params: Any,
    ) -> NodeRef:
        """A node; inputs by port: outputs of other nodes or inputs of the graph, or lists of them."""
        node: Dict[str, Any] = {"type": type}
        if when is not None:
            node["when"] = when
        if inputs:
            node["inputs"] = {port: self._source(source) for port, source in inputs.items()}
        if params:
            node["params"] = params
        if run is not None:
            node["run"] = run
        self._add("nodes", id, node)
        return NodeRef(id, self)

    def _source(self, source: Any) -> Any:
        if isinstance(source, (list, tuple)):
            return [self._source(one) for one in source]
        if isinstance(source, Port) and source.builder not in (None, self):
            raise FlowrunError(f"'{source.text}' belongs to another GraphBuilder")
        if isinstance(source, NodeRef):
            raise FlowrunError(f"say which output of node '{source.id}' is meant, as in {source.id}['mask']")
        if not isinstance(source, (Port, str)):
            raise FlowrunError(f"a source is the output of a node or an input of the graph, not a {type(source).__name__}")
        return source.text if isinstance(source, Port) else source

    def output(self, name: str, source: Any, help: str = "") -> None:
        """What a session gives back under that name."""
        text = self._source(source)
        self._add("outputs", name, {"from": text, "help": help} if help else text)

    def tree(self) -> Dict[str, Any]:
        """The graph as the values of its JSON."""
        return copy.deepcopy(self._tree)

    def text(self) -> str:
        """The graph as JSON in canonical form, as `flowrun fmt` makes it."""
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "graph.json")
            Path(file).write_text(json.dumps(self._tree, ensure_ascii=False), encoding="utf-8")
            return _native().canonical(file)

    def save(self, file: PathLike, *, plugins: Sequence[PathLike] = (), **parameters: Any) -> Graph:
        """Writes the file in canonical form, as a whole or not at all, and loads it. Raises GraphError."""
        text = self.text()
        target = Path(file)
        handle, part = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            os.chmod(part, 0o644)
            os.replace(part, target)
        except BaseException:
            os.unlink(part)
            raise
        return load(target, plugins=plugins, **parameters)
