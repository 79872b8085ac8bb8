"""A graph that is opened once and called many times, with images in memory."""

from __future__ import annotations

import os
import re
from typing import Any, Dict, List, Optional, Sequence

from . import _native, packets
from .errors import CaseFailed, Diagnostic, FlowrunError, GraphError, NodeError
from .graphs import Graph
from .images import IMAGES, Facts, Image
from .grid import Grid
from .places import PathLike, path_text


def _inner(name: str) -> str:
    """The name in the graph of a name in the session's own graph, which has it as the node 'graph'."""
    return name[len("graph/") :] if name.startswith("graph/") else name


def _whole(value: Any) -> int:
    if isinstance(value, bool) or int(value) != value:
        raise ValueError
    return int(value)


def count_of(value: Any, name: str) -> int:
    """A number of threads or cases as the command line takes it. Raises FlowrunError."""
    try:
        count = _whole(value)
    except (TypeError, ValueError, OverflowError):
        count = 0
    if not 1 <= count <= 1024:
        raise FlowrunError(f"{name} is a whole number from 1 to 1024, not {value!r}")
    return count


def _flag(value: Any) -> bool:
    if value not in (True, False):
        raise ValueError
    return bool(value)


def _number(value: Any) -> float:
    if isinstance(value, (bool, str)):
        raise ValueError
    return float(value)


def _word(value: Any) -> str:
    text = os.fspath(value)
    if not isinstance(text, str):
        raise ValueError
    text.encode()  # half a character is refused
    return text


_SCALARS = {"boolean": _flag, "integer": _whole, "number": _number}
_LISTS = {"integers": _whole, "numbers": _number, "strings": _word}


def packet_of(value: Any, payload: str) -> Any:
    """The packet of a value. An output that is handed on as it came is not copied."""
    native = _native()
    if isinstance(value, native.Packet):
        return value
    value = packets.value_of(value, payload)
    if payload not in IMAGES:
        return native.packet_of(payload, b"".join(packets.encoded(value, payload)))
    if value._packet is not None and value._packet[1:] == _identity(value):
        return value._packet[0]
    facts = vars(value.facts)
    parts = {"geometry": vars(value.grid), "facts": facts, "source": value.source, "names": getattr(value, "names", {})}
    return native.image_packet(payload, value.voxels(), parts)


def _identity(image: Image) -> tuple:
    """What of an image is also in its packet; when one of them was changed, the packet is another image."""
    facts = image.facts
    names = tuple(getattr(image, "names", {}).items())
    return (
        id(image.data),
        image.data.flags.writeable,
        image.grid,
        facts.contrast,
        facts.space,
        facts.kind,
        tuple(facts.more.items()),
        image.source,
        names,
    )


def value_of(packet: Any) -> Any:
    """A packet as the Python value of its payload; one that Python has no value for stays a packet."""
    if packet is None:
        return None
    parts = packet.parts()
    if parts is None:
        data = packet.encoded()
        return packet if data is None else packets.decoded(data, packet.type)
    more = {"names": parts["names"]} if "names" in parts else {}
    grid = Grid(**{name: tuple(value) for name, value in parts["geometry"].items()})
    image = IMAGES[packet.type]._of_packet(parts["voxels"], grid, Facts(**parts["facts"]), parts["source"], **more)
    image._packet = (packet, *_identity(image))
    return image


class Output(Dict[str, Any]):
    """What a call gave: values by output of the graph, also as attributes. An output whose nodes did not run is None."""

    figures: Dict[str, float]  #: what nodes reported: "node.figure"
    warnings: List[str]
    seconds: float
    kept: int  #: nodes that did not run, as kept results were there

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the graph has no output '{name}'; its outputs are {', '.join(self)}") from None


class Session:
    """An open graph; `Graph.session` makes one. A context manager: at its end the nodes and their models are released.

    The first call opens the nodes and loads models. Calls may come from any thread and wait for each other; `run_all` runs
    several at a time. Ctrl-C ends a call with KeyboardInterrupt, and the session can be used again.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        threads: Optional[int],
        changing: Sequence[str],
        at_once: int,
        device: str,
        out: PathLike,
        cache: PathLike,
    ):
        self.graph = graph
        threads = 0 if threads is None else count_of(threads, "threads")
        at_once = count_of(at_once, "at_once")
        if isinstance(changing, str):
            raise FlowrunError(f"changing is a list of names, as in changing=[{changing!r}]")
        if not re.fullmatch(r"auto|cpu|cuda(:\d{1,4})?", str(device)):
            raise FlowrunError(f"device is 'auto', 'cpu', 'cuda' or 'cuda:<number>', not {device!r}")
        self._changing = list(changing or ())
        self._process: Optional[int] = None  # that made the first call
        self._native: Optional[Any] = _native().Session(
            str(graph.file),
            graph.words(),
            self._changing,
            threads,
            at_once,
            device,
            path_text(out, "out"),
            path_text(cache, "cache"),
            graph.plugins,
        )
        faults = [Diagnostic(*fault) for fault in self._native.faults()]
        if any(fault.severity == "error" for fault in faults):
            raise GraphError(faults)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *failure: Any) -> None:
        self.close()

    def close(self) -> None:
        self._native = None

    def cancel(self) -> None:
        """Ends the call in progress, from any thread; it raises CaseFailed."""
        if self._native is not None:
            self._native.cancel()

    def run(self, /, *unnamed: Any, **inputs: Any) -> Output:
        """One call: packets by input of the graph, values by parameters of `changing`.

        Images are Volume, Mask or Labels, images of nibabel or SimpleITK, or (array, affine) with the axes x, y, z; a Number
        is a float, a Table a dict of columns or a DataFrame. None is an optional input that is missing. Raises CaseFailed.
        """
        if unnamed:
            names = [*self.graph.packets, *self.graph.inputs]
            example = f"run({names[0] if names else 'name'}=...)"
            raise FlowrunError(f"give each input by its name, as in {example}; the graph has {', '.join(names)}")
        output = self.run_all([inputs])[0]
        if isinstance(output, CaseFailed):
            raise output
        return output

    def run_all(self, calls: Sequence[Dict[str, Any]]) -> List[Any]:
        """Several calls, `at_once` of them at a time: for each its Output, or the CaseFailed of one that failed."""
        if self._native is None:
            raise FlowrunError("the session is closed")
        if not isinstance(calls, (list, tuple)) or not all(isinstance(call, dict) for call in calls):
            raise FlowrunError("run_all takes a list of calls, each a dict of inputs by name")
        self._process = self._process or os.getpid()
        if self._process != os.getpid():
            raise FlowrunError(
                "this session was used before this process was forked, and its threads and processes stayed in the other "
                "one; open a session in each process, as in a function that the pool calls"
            )
        results = self._native.run([self._split(call) for call in calls])
        return [self._output(result, given) for result, given in results]

    def _split(self, call: Dict[str, Any]) -> tuple:
        given, values = {}, {}
        for name, value in call.items():
            if name in self.graph.packets:
                if value is not None:
                    given[name] = self._packet(name, value)
            elif name in self._changing or name in self.graph.inputs:
                values[name] = self._value(name, value)
            else:
                known = [*self.graph.packets, *self.graph.inputs, *self._changing]
                raise FlowrunError(f"graph '{self.graph.name}' has no input '{name}'; it has {', '.join(known)}")
        return given, values

    def _value(self, name: str, value: Any) -> Any:
        kind = {**self.graph.inputs, **self.graph.parameters}[name].type
        try:
            if kind in _LISTS:
                return [_LISTS[kind](one) for one in value]
            return _SCALARS.get(kind, _word)(value)
        except (TypeError, ValueError):
            raise FlowrunError(f"'{name}' is {kind}; found {value!r}") from None

    def _packet(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            hint = "for several images make a graph with an input for each"
            raise FlowrunError(f"input '{name}' takes one packet, not a list; {hint}")
        try:
            return packet_of(value, self.graph.packets[name].payload)
        except FlowrunError as fault:
            raise FlowrunError(f"input '{name}': {fault}") from None

    @staticmethod
    def _output(result: Dict[str, Any], given: Dict[str, Any]) -> Any:
        if result["status"] != "done":
            return CaseFailed([NodeError(_inner(node), *rest) for node, *rest in result["errors"]], result["status"])
        output = Output({name: value_of(packet) for name, packet in given.items()})
        output.figures = {_inner(name): value for name, value in result["figures"].items()}
        output.warnings, output.seconds = [_inner(sentence) for sentence in result["warnings"]], result["seconds"]
        output.kept = result["kept"]
        return output

    def __repr__(self) -> str:
        return f"<session of graph '{self.graph.name}'{'' if self._native else ', closed'}>"
