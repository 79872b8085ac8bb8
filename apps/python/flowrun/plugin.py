"""Nodes in Python: a file in a plugin folder that imports from here is a plugin; each function or class under `node` is a type.

    from scipy.ndimage import gaussian_filter
    from flowrun.plugin import Input, Output, Param, Volume, node

    @node(inputs={"volume": Input(Volume, "Any image")},
          outputs={"volume": Output(Volume, "The smoothed image")},
          params={"sigma": Param(1.0, "Width of the Gaussian", unit="voxels", min=0)})
    def smooth(volume, sigma):
        '''An image smoothed by a Gaussian

        By scipy.ndimage.gaussian_filter.
        '''
        return volume.like(gaussian_filter(volume.data, sigma))

In my_nodes.py this is `my_nodes.smooth`. Needs numpy and nothing else of flowrun; docs/python.md has the rest.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from .errors import FlowrunError
from .grid import Grid
from .images import Facts, Image, Labels, Mask, Volume
from .packets import PAYLOADS, Number, PatchBatch, Scores, Table, Transform, TransformStep, VoxelList

__all__ = [
    "Context",
    "Facts",
    "Grid",
    "Image",
    "Input",
    "Labels",
    "Mask",
    "Number",
    "Output",
    "Param",
    "PatchBatch",
    "Refused",
    "Scores",
    "Table",
    "Transform",
    "TransformStep",
    "VoxelList",
    "Volume",
    "node",
    "plugin",
]


class Refused(Exception):
    """Raised by a node with a sentence for a person: what was expected, what was found. The record then has no traceback."""


def _payload(kind: Union[str, type]) -> str:
    name = kind if isinstance(kind, str) else next((name for name, one in PAYLOADS.items() if one is kind), "")
    if name not in PAYLOADS:
        raise FlowrunError(f"{kind!r} is no payload that Python has; those are {', '.join(PAYLOADS)}")
    return name


def _refuse(asked: bool, what: str) -> None:
    if asked:
        raise FlowrunError(f"a node in Python {what}; write it in C++, or let it take and give whole images")


class Input:
    """An input port. kind: Volume, Mask, Labels, Number, Table or another class of flowrun.plugin. required=False: None where the
    case lacks it. variadic=True: a list of edges, given as a list. collects=True is refused."""

    def __init__(
        self, kind: Union[str, type], help: str, *, required: bool = True, variadic: bool = False, collects: bool = False
    ):
        _refuse(collects, "cannot collect the chunks of a case or the cases of a run")
        self.description = {"payload": _payload(kind), "help": help, "required": required, "variadic": variadic}


class Output:
    """An output port, whose value `process` gives back. stream=True is refused."""

    def __init__(self, kind: Union[str, type], help: str, *, stream: bool = False):
        _refuse(stream, "cannot give a stream of chunks")
        self.description = {"payload": _payload(kind), "help": help}


_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


class Param:
    """A parameter. default: says its type too; for one that the graph must give, leave it out and say `type`: boolean, integer,
    number, string, path, enum (with choices), integers, numbers or strings. per_case: may differ from case to case."""

    def __init__(
        self,
        default: Any = None,
        help: str = "",
        *,
        type: str = "",
        min: Optional[float] = None,
        max: Optional[float] = None,
        unit: str = "",
        choices: Sequence[str] = (),
        length: int = 0,
        role: str = "",
        per_case: bool = False,
    ):
        kind = type or ("enum" if choices else self._type_of(default))
        self.description: Dict[str, Any] = {"type": kind, "help": help}
        self.description.update(
            {word: float(bound) for word, bound in (("min", min), ("max", max)) if bound is not None}
        )
        more = {"unit": unit, "choices": list(choices), "length": length, "role": role, "per_case": per_case}
        self.description.update({word: value for word, value in more.items() if value})
        if default is not None:
            self.description["default"] = list(default) if isinstance(default, tuple) else default

    @staticmethod
    def _type_of(default: Any) -> str:
        if isinstance(default, (list, tuple)) and default:
            words = {bool: "", int: "integers", float: "numbers", str: "strings"}
            kind = words.get(type(default[0]), "")
        else:
            kind = _TYPES.get(type(default), "")
        if not kind:
            raise FlowrunError('a parameter without a default says its type, as in Param(type="number", help="...")')
        return kind


class Context:
    """What one firing sees of the world. `process` gets it when it has an argument `context`."""

    def __init__(
        self,
        case: str = "",
        chunk: int = -1,
        node: str = "",
        threads: int = 1,
        device: str = "auto",
        progress: Optional[Callable[[float], None]] = None,
    ):
        self.case = case  #: name of the case
        self.chunk = chunk  #: its number in a stream; -1: none
        self.node = node  #: id of the node in the graph
        self.threads = threads  #: that the firing may keep busy
        self.device = device  #: "auto", "cpu", "cuda" or "cuda:<n>"
        self.warnings: List[str] = []
        self.reports: Dict[str, float] = {}
        self._progress = progress

    def warn(self, sentence: str) -> None:
        """A sentence for the summary and the record."""
        self.warnings.append(str(sentence))

    def report(self, name: str, value: float) -> None:
        """A figure for the summary and the table; of one name they are added up."""
        self.reports[str(name)] = self.reports.get(str(name), 0.0) + float(value)

    def progress(self, fraction: float) -> None:
        """How far a long firing is, 0 to 1."""
        if self._progress:
            self._progress(float(fraction))


@dataclass
class NodeKind:
    """A node type of this process."""

    name: str  #: without the plugin
    make: Callable[[], Any]  #: an object with `process`
    inputs: Dict[str, Input]
    outputs: Dict[str, Output]
    params: Dict[str, Param]
    summary: str
    details: str
    concurrent: bool
    repeatable: bool
    arguments: List[str] = field(default_factory=list)  #: of `process`; "context" among them when it wants one

    def description(self, plugin: str) -> Dict[str, Any]:
        def named(parts: Dict[str, Any]) -> list:
            return [{"name": name, **part.description} for name, part in parts.items()]

        return {
            "name": f"{plugin}.{self.name}",
            "summary": self.summary,
            "details": self.details,
            "inputs": named(self.inputs),
            "outputs": named(self.outputs),
            "params": named(self.params),
            "concurrent": self.concurrent,
            "repeatable": self.repeatable,
        }


KINDS: Dict[str, NodeKind] = {}
PLUGIN: Dict[str, str] = {"version": "0.1.0", "licence": "unknown"}


def plugin(*, version: str, licence: str) -> None:
    """The version (1.2.3) and the licence (SPDX) of the plugin, for records and `flowrun plugins`."""
    PLUGIN.update(version=version, licence=licence)


class _OfFunction:
    def __init__(self, function: Callable[..., Any]):
        self.process = function


def _check_arguments(kind: NodeKind, process: Callable[..., Any]) -> None:
    _refuse(inspect.isgeneratorfunction(process), "cannot give a stream of chunks, as its process with 'yield' would")
    parameters = inspect.signature(process).parameters
    kind.arguments = [name for name, one in parameters.items() if one.kind is not one.VAR_KEYWORD and name != "self"]
    known = [*kind.inputs, *kind.params]
    if len(set(known)) != len(known):
        raise FlowrunError(f"node '{kind.name}': an input and a parameter have one name")
    takes_all = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    wrong = [name for name in kind.arguments if name not in known and name != "context"]
    lacking = [] if takes_all else [name for name in known if name not in kind.arguments]
    if wrong or lacking:
        what = (
            f"has an argument '{wrong[0]}' that is no input or parameter"
            if wrong
            else f"has no argument for '{lacking[0]}'"
        )
        raise FlowrunError(f"node '{kind.name}': its process {what}")


def node(
    name: str = "",
    *,
    inputs: Optional[Dict[str, Input]] = None,
    outputs: Optional[Dict[str, Output]] = None,
    params: Optional[Dict[str, Param]] = None,
    summary: str = "",
    details: str = "",
    concurrent: bool = True,
    repeatable: bool = True,
) -> Callable:
    """Makes a node type of a function, or of a class with `process` and, where it loads something, `open(self, params)`.

    `process` gets inputs and parameters by name, and `context` when it has such an argument. It gives back its one output, or
    a dict of outputs by name. Summary and details are those of the docstring when nothing else is said. concurrent=False: one
    firing of a node at a time. repeatable=False: equal inputs may give other outputs (a clock, a network, chance); such results
    are never kept.
    """

    def decorate(target: Any) -> Any:
        text = inspect.getdoc(target) or ""
        first, _, rest = text.partition("\n")
        own = name or re.sub(r"(?<!^)(?=[A-Z])", "_", target.__name__).lower()
        make = target if inspect.isclass(target) else lambda: _OfFunction(target)
        kind = NodeKind(
            own,
            make,
            dict(inputs or {}),
            dict(outputs or {}),
            dict(params or {}),
            summary or first.strip().rstrip("."),
            details or re.sub(r"(?<!\n)\n(?!\n)", " ", rest.strip()),
            concurrent,
            repeatable,
        )
        _check_arguments(kind, target.process if inspect.isclass(target) else target)
        if own in KINDS:
            raise FlowrunError(f"node '{own}' is there twice")
        KINDS[own] = kind
        target.flowrun_kind = kind
        return target

    return decorate


def outputs_of(kind: NodeKind, given: Any) -> Dict[str, Any]:
    """What `process` gave, by output. Raises FlowrunError where it is not what the type says."""
    names = list(kind.outputs)
    gives_table = len(names) == 1 and PAYLOADS[kind.outputs[names[0]].description["payload"]] is Table
    by_output = type(given) is dict and (list(given) == names or not gives_table)
    if len(names) == 1 and not by_output:
        given = {names[0]: given}
    if not names and given is None:
        return {}
    if not isinstance(given, dict):
        raise FlowrunError(f"process gives a dict with {', '.join(names) or 'nothing'}; found a {type(given).__name__}")
    for name in names:
        if given.get(name) is None:
            raise FlowrunError(f"process gave no output '{name}'")
    for name in given:
        if name not in names:
            raise FlowrunError(f"process gave an output '{name}', which the type lacks")
    return given


def arguments_of(kind: NodeKind, context: Context, inputs: Dict[str, Any], params: Dict[str, Any]) -> Dict[str, Any]:
    """The arguments of `process`."""
    given = {**inputs, **params}
    return {**given, "context": context} if "context" in kind.arguments else given
