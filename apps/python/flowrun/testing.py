"""One node of a plugin in Python, fired in this process: for its tests.

from flowrun.testing import run_node
import my_nodes

def test_smooth_keeps_a_constant():
    image = Volume(np.ones((4, 4, 4)))
    assert np.allclose(run_node(my_plugin.smooth, volume=image, sigma=2.0).volume.data, 1)
"""

from __future__ import annotations

from typing import Any, Dict, List

from . import packets, plugin
from .errors import FlowrunError


class Fired(Dict[str, Any]):
    """Outputs by name, also as attributes, with what the node said."""

    warnings: List[str]
    reports: Dict[str, float]

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(name)


def _value(name: str, spec: Dict[str, Any], value: Any) -> Any:
    """A parameter's value as a firing gets it. Raises FlowrunError."""
    kinds = {"boolean": bool, "integer": int, "number": (int, float), "string": str, "path": str, "enum": str}
    kind = spec["type"]
    many = kind in ("integers", "numbers", "strings")
    expected = kinds[kind[:-1] if many else kind]
    for one in value if many else [value]:
        if not isinstance(one, expected) or (isinstance(one, bool) and kind != "boolean"):
            raise FlowrunError(f"parameter '{name}' is {kind}; found {value!r}")
        if "min" in spec and one < spec["min"] or "max" in spec and one > spec["max"]:
            raise FlowrunError(f"parameter '{name}' is out of its range: {value!r}")
        if spec.get("choices") and one not in spec["choices"]:
            raise FlowrunError(f"parameter '{name}' is one of {', '.join(spec['choices'])}; found {value!r}")
    if many and spec.get("length") not in (None, len(value)):
        raise FlowrunError(f"parameter '{name}' has {spec['length']} values; found {value!r}")
    return float(value) if kind == "number" else [float(one) for one in value] if kind == "numbers" else value


def _through_codec(value: Any, payload: str) -> Any:
    """The value as it comes out of the bytes in which flowrun hands it over."""
    return packets.decoded(b"".join(packets.encoded(value, payload)), payload)


def run_node(target: Any, *, case: str = "case", **given: Any) -> Fired:
    """Fires a node once. `given`: inputs and parameters by name. Raises what the node raises, and FlowrunError for what a graph
    would refuse: a missing input, a parameter out of its range, an output that is not what the type says."""
    kind: plugin.NodeKind = target.flowrun_kind
    context = plugin.Context(case=case, node=kind.name)
    inputs: Dict[str, Any] = {}
    for name, port in kind.inputs.items():
        about, value = port.description, given.pop(name, None)
        if about["variadic"]:
            inputs[name] = [_through_codec(one, about["payload"]) for one in value or []]
        else:
            inputs[name] = None if value is None else _through_codec(value, about["payload"])
        if about["required"] and not inputs[name] and value is None:
            raise FlowrunError(f"input '{name}' is missing")
    params: Dict[str, Any] = {}
    for name, param in kind.params.items():
        if name not in given and "default" not in param.description:
            raise FlowrunError(f"parameter '{name}' is missing")
        params[name] = _value(name, param.description, given.pop(name, param.description.get("default")))
    if given:
        raise FlowrunError(f"node '{kind.name}' has no input or parameter '{next(iter(given))}'")
    instance = kind.make()
    if hasattr(instance, "open"):
        instance.open(
            {name: value for name, value in params.items() if not kind.params[name].description.get("per_case")}
        )
    outputs = plugin.outputs_of(kind, instance.process(**plugin.arguments_of(kind, context, inputs, params)))
    fired = Fired(
        {name: _through_codec(value, kind.outputs[name].description["payload"]) for name, value in outputs.items()}
    )
    fired.warnings, fired.reports = context.warnings, context.reports
    return fired
