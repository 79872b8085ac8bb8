"""What goes wrong, as exceptions that say it in sentences."""

from __future__ import annotations

from typing import List, NamedTuple, Sequence


class FlowrunError(Exception):
    """Anything that flowrun refuses; the base of the others."""


class Diagnostic(NamedTuple):
    """One fault, with its place. Lines and columns start at 1; line 0 is the file as a whole or an argument."""

    severity: str  #: "error" or "warning"
    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = (
            ":".join([self.file] + [str(part) for part in (self.line, self.column) if part])
            if self.file
            else "argument"
        )
        return f"{place}: {self.severity}: {self.message}"


class GraphError(FlowrunError):
    """A graph, its parameters or its cases are wrong. `diagnostics` has every fault, by file, line and column."""

    def __init__(self, diagnostics: Sequence[Diagnostic]):
        self.diagnostics: List[Diagnostic] = list(diagnostics)
        super().__init__("\n".join(str(one) for one in self.diagnostics))

    def __reduce__(self):
        return type(self), (self.diagnostics,)


class NodeError(NamedTuple):
    """Why a node failed."""

    node: str
    type: str
    plugin: str
    message: str


class CaseFailed(FlowrunError):
    """A call of a session failed. `errors` has its causes, the first one first."""

    def __init__(self, errors: Sequence[NodeError], status: str = "failed"):
        self.errors: List[NodeError] = list(errors)
        self.status = status
        said = [f"node '{one.node}' ({one.type}): {one.message}" for one in self.errors]
        super().__init__("\n".join(said) or f"the call was {status}")

    def __reduce__(self):
        return type(self), (self.errors, self.status)
