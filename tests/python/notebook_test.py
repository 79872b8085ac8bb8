"""The notebook docs/python.ipynb, cell by cell. Its code is run here and not by nbclient, which with its kernel would bring forty
packages into every test run; what a cell would show is made in the way in which a notebook asks for it."""

import ast
import json

import flowrun
from conftest import SOURCE


def run_cell(text, names):
    """Runs a cell; its last expression, when it is one, is shown as a notebook shows it."""
    tree = ast.parse(text)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    value = eval(compile(last, "cell", "eval"), names) if last else None
    for show in ("_repr_html_", "_repr_svg_", "_repr_png_"):
        if hasattr(value, show):
            return getattr(value, show)()
    return repr(value)


def test_the_notebook_runs_from_its_first_cell_to_its_last(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook = json.loads((SOURCE / "docs/python.ipynb").read_text())
    names = {}
    shown = [run_cell("".join(cell["source"]), names) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert shown[1].startswith(b"\x89PNG") and "<svg" in shown[3] and "my_nodes.clip" in shown[-3]
    assert shown[-1] == "['done', 'done']" and "first" in shown[-2]
    assert all(not cell.get("outputs") for cell in notebook["cells"])
