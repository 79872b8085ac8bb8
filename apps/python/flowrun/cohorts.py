"""A graph over one case or many, with the records that `flowrun run` keeps."""

from __future__ import annotations

import csv
import html
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from . import _native
from .errors import Diagnostic, FlowrunError, GraphError, NodeError
from .graphs import Graph, load, setting_text
from .places import PathLike, program
from .sessions import count_of


class Results:
    """The table of an output folder: `results["case"]` is a column, `for row in results` gives a dict for each case, and
    `to_pandas()` a DataFrame. A column is numbers where all that is in it are numbers, with None where one is missing; names of
    cases are texts."""

    def __init__(self, out: PathLike):
        self.folder = Path(out)
        file = self.folder / "cases.csv"
        if not file.is_file():
            raise FlowrunError(f"'{self.folder}' has no cases.csv; is it the output folder of a run?")
        with open(file, encoding="utf-8", newline="") as stream:
            lines = list(csv.reader(stream))
        self.columns: List[str] = lines[0]
        cells = [_column(name, list(column)) for name, column in zip(self.columns, zip(*lines[1:]))]
        self.rows: List[Dict[str, Any]] = [dict(zip(self.columns, row)) for row in zip(*cells)]

    def keys(self) -> List[str]:
        return self.columns

    def __getitem__(self, column: str) -> List[Any]:
        if column not in self.columns:
            raise KeyError(column)
        return [row[column] for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self):
        return iter(self.rows)

    def failed(self) -> List[Dict[str, Any]]:
        """The rows of cases that failed."""
        return [row for row in self.rows if row["status"] == "failed"]

    def to_pandas(self):
        """As a pandas.DataFrame."""
        import pandas

        return pandas.DataFrame({column: self[column] for column in self.columns})

    def report(self) -> Path:
        """The page of the folder (report.html), made from its records. Raises FlowrunError."""
        done = subprocess.run([str(program()), "merge", str(self.folder)], capture_output=True, text=True)
        page = self.folder / "report.html"
        if not page.is_file():
            raise FlowrunError(f"the page cannot be made: {done.stderr.strip() or done.stdout.strip()}")
        return page

    def _repr_html_(self) -> str:
        from .pictures import table_html

        few = [name for name in self.columns if any(row[name] not in ("", None) for row in self.rows)]
        return table_html(few, ([row[name] for name in few] for row in self.rows))

    def __repr__(self) -> str:
        return f"<results in {self.folder}: {len(self.rows)} cases, {len(self.failed())} failed>"


#: Columns of the record itself, which are texts whatever is in them: a case may be named 007.
_TEXTS = ("case", "status", "failed_node", "failed_plugin", "reason", "started")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?|-?(nan|inf)")


def _column(name: str, cells: List[str]) -> List[Any]:
    """Numbers, with None where there is none, if all that is there are numbers as flowrun writes them; else the texts."""
    if name in _TEXTS or not any(cells) or not all(_NUMBER.fullmatch(text) for text in cells if text):
        return list(cells)
    whole = all(text.lstrip("-").isdigit() for text in cells if text)
    return [None if not text else int(text) if whole else float(text) for text in cells]


def results(out: PathLike) -> Results:
    """The table of an output folder of `flowrun run` or flowrun.run. Raises FlowrunError."""
    return Results(out)


class CaseOutcome(Dict[str, Any]):
    """What became of one case: name, status, errors, warnings, seconds, figures."""


class CohortOutcome:
    """What became of a cohort. `cases`: one CaseOutcome each, in order, also of those that were done before."""

    def __init__(self, out: Path, result: Dict[str, Any]):
        self.out = out
        self.cases = [CaseOutcome(case) for case in result["cases"]]
        for case in self.cases:
            case["errors"] = [NodeError(*error) for error in case["errors"]]
        self.nothing: str = result["nothing"]  #: why no case ran; empty: some did
        self.all_done: bool = result["all_done"]
        self.errors: List[tuple] = result["run_errors"]  #: of nodes that fire once for the run

    @property
    def results(self) -> Results:
        return Results(self.out)

    def _repr_html_(self) -> str:
        return (f"<p>{html.escape(self.nothing)}</p>" if self.nothing else "") + self.results._repr_html_()

    def __repr__(self) -> str:
        counts: Dict[str, int] = {}
        for case in self.cases:
            counts[case["status"]] = counts.get(case["status"], 0) + 1
        return f"<{', '.join(f'{count} {word}' for word, count in counts.items()) or 'no cases'} in {self.out}>"


def _progress_line(state: Dict[str, Any]) -> None:
    text = f"{state['done']} of {state['total']} cases done, {state['failed']} failed, {state['seconds']:.0f} s"
    print("\r" + text, end="", file=sys.stderr, flush=True)


def _say(weight: str, sentence: str) -> None:
    if weight in ("warning", "error"):
        warnings.warn(sentence, stacklevel=4)


def _words(inputs: Dict[str, Any]) -> List[str]:
    return [f"{name}={setting_text(value)}" for name, value in inputs.items() if value is not None]


def _cases(cases: Any) -> List[str]:
    """Cases as the command line has them: a table's file, or patterns by input."""
    if isinstance(cases, dict):
        return [f"{name}={os.fspath(pattern)}" for name, pattern in cases.items()]
    return [os.fspath(cases)]


def run(
    graph: Union[Graph, PathLike],
    *,
    out: PathLike,
    cases: Union[None, PathLike, Dict[str, PathLike]] = None,
    bids: PathLike = "",
    only: Sequence[str] = (),
    resume: bool = False,
    retry_failed: bool = False,
    fail_fast: bool = False,
    incomplete: str = "",
    threads: Optional[int] = None,
    at_once: Optional[int] = None,
    device: str = "auto",
    case_name: str = "",
    progress: Union[None, bool, Callable[[Dict[str, Any]], None]] = None,
    plugins: Sequence[PathLike] = (),
    **inputs: Any,
) -> CohortOutcome:
    """Runs a graph over cases and keeps records, `cases.csv` and packets of failed firings in `out`, as `flowrun run` does.

    cases: a table (CSV with a column for each input), or patterns such as {"flair": "data/{case}/FLAIR.nii.gz"}; none: one
    case, or those of `bids`. inputs: of every case, by name; parameters of the graph too. resume: only what is not done
    or has changed. at_once: cases at a
    time; threads and at_once are 1 to 1024. progress: a function that gets total, done, failed, running, done_before and seconds about ten times a second, or
    True for a line. plugins: folders of plugins, as `load` takes them. Raises GraphError before anything is written when something is wrong. A case that fails raises nothing.
    """
    if not isinstance(graph, Graph):
        graph = load(graph, plugins=plugins)
    elif plugins:
        raise FlowrunError("the graph was loaded with its plugin folders; give plugins to load, or the graph's file to run")
    if graph.packets:
        raise FlowrunError(f"graph '{graph.name}' takes packets, not files; call it with graph.session()")
    parameters = {name: value for name, value in inputs.items() if name in graph.parameters}
    request = {
        "graph": str(graph.file),
        "settings": [*graph.words(), *_words(parameters)],
        "out": str(out),
        "inputs": _words({name: value for name, value in inputs.items() if name not in parameters}),
        "cases": [] if cases is None else _cases(cases),
        "case_name": case_name,
        "bids": str(bids),
        "only": list(only),
        "incomplete": incomplete,
        "resume": resume,
        "retry_failed": retry_failed,
        "fail_fast": fail_fast,
        "threads": "" if threads is None else str(count_of(threads, "threads")),
        "cases_in_flight": "" if at_once is None else str(count_of(at_once, "at_once")),
        "device": device,
        "program": str(_program_of_isolated()),
        "isolated_firing": "isolated-firing",
    }
    follow = _progress_line if progress is True else progress or None
    faults, result = _native().run_cohort(request, graph.plugins, follow, _say)
    if result is None:
        raise GraphError([Diagnostic(*fault) for fault in faults])
    return CohortOutcome(Path(out), result)


def _program_of_isolated() -> str:
    try:
        return str(program())
    except FlowrunError:
        return ""
