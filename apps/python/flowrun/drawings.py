"""Pictures of graphs, by Graphviz's program dot."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Iterator, Tuple

from .errors import FlowrunError
from .places import PathLike, program


class Drawing(str):
    """A picture as SVG text."""

    def _repr_svg_(self) -> str:
        return str(self)

    def save(self, file: PathLike) -> None:
        Path(file).write_text(self, encoding="utf-8")


def _output_of(words: list, given: str = "") -> str:
    try:
        done = subprocess.run(words, input=given, capture_output=True, text=True)
    except OSError as reason:
        raise FlowrunError(
            f"the graph cannot be drawn: '{words[0]}' cannot be started ({reason.strerror}); it is a program of "
            "Graphviz"
        ) from None
    if done.returncode:
        raise FlowrunError(f"the graph cannot be drawn: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _sources(value: Any) -> Iterator[Tuple[str, str]]:
    """(node or input, port) of an input of a node, as the file has it."""
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str):
            node, _, port = text.partition(".")
            yield node, port


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def dot_of_stage(graph: Any) -> str:
    """A graph that takes packets in the language of dot, as its file has it: its inputs, its nodes and stages, its outputs."""
    tree = json.loads(Path(graph.file).read_text(encoding="utf-8"))
    lines = [
        f"digraph {_quoted(graph.name)} {{",
        "rankdir=LR; node [shape=box, style=rounded, fontname=Helvetica];",
        "edge [fontname=Helvetica, fontsize=9];",
    ]
    lines += [f"{_quoted('in ' + name)} [label={_quoted(name)}, shape=ellipse];" for name in graph.packets]
    for id, type in graph.nodes.items():
        lines.append(f"{_quoted('node ' + id)} [label={_quoted(id + chr(10) + type)}];")
        for port, value in tree["nodes"][id].get("inputs", {}).items():
            for node, source in _sources(value):
                start = f"node {node}" if source else f"in {node}"
                label = port if source in ("", port) else f"{source} to {port}"
                lines.append(f"{_quoted(start)} -> {_quoted('node ' + id)} [label={_quoted(label)}];")
    for name, value in tree.get("outputs", {}).items():
        node, port = next(_sources(value["from"] if isinstance(value, dict) else value))
        lines.append(f"{_quoted('out ' + name)} [label={_quoted(name)}, shape=ellipse];")
        lines.append(f"{_quoted('node ' + node)} -> {_quoted('out ' + name)} [label={_quoted(port)}];")
    return "\n".join([*lines, "}"])


def draw(graph: Any) -> Drawing:
    """A graph of files as `flowrun draw` shows it, one that takes packets as its file has it. Raises FlowrunError."""
    if graph.packets:
        return Drawing(_output_of(["dot", "-Tsvg"], dot_of_stage(graph)))
    with tempfile.TemporaryDirectory() as folder:
        picture = os.path.join(folder, "graph.svg")
        words = [str(program()), "draw", str(graph.file), "-o", picture]
        _output_of(words + [word for path in graph.plugins for word in ("--plugin-path", path)])
        return Drawing(Path(picture).read_text(encoding="utf-8"))
