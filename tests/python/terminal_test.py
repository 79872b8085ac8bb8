"""What the program prints of nodes in Python."""

import json
import shutil
import subprocess

import pytest

import flowrun
from conftest import SOURCE

RAISES = '''"""Nodes that raise."""
from flowrun.plugin import Output, Volume, node, plugin

plugin(version="1.0.0", licence="Apache-2.0")


@node(outputs={"volume": Output(Volume, "Nothing")})
def raises(context):
    """A node that raises

    Always.
    """
    raise ValueError("no such thing")
'''


@pytest.fixture
def program(tmp_path):
    def run(*words):
        done = subprocess.run([flowrun.program(), *map(str, words)], capture_output=True, text=True, cwd=tmp_path)
        return done.returncode, done.stdout + done.stderr

    return run


def graph_of(folder, plugin, node):
    nodes = {
        "node": {"type": f"{plugin}.{node}"},
        "write": {"type": "io.write_volume", "inputs": {"volume": "node.volume"}, "params": {"path": "${out}/x.nii.gz"}},
    }
    (folder / "graph.json").write_text(json.dumps({"format": 1, "name": "one", "nodes": nodes}))


def test_a_traceback_is_in_the_record_and_in_replay_but_not_on_the_terminal(tmp_path, program):
    (tmp_path / "mine.py").write_text(RAISES)
    graph_of(tmp_path, "mine", "raises")
    status, said = program("run", "graph.json", "--plugin-path", ".", "--out", "out")
    assert status == 1 and "ValueError: no such thing (mine.py, line 13); the traceback is in the case's record\n" in said, said
    assert "Traceback" not in said
    assert "Traceback" in (tmp_path / "out/flowrun/cases/one.json").read_text()
    status, said = program("replay", "out/flowrun/cases/one.json", "--plugin-path", ".")
    assert status == 1 and "\n    Traceback (most recent call last):\n" in said and "\\n" not in said, said


def test_a_module_that_is_missing_names_the_choice_of_a_python(tmp_path, program):
    (tmp_path / "mine.py").write_text("import no_such_module\n" + RAISES)
    graph_of(tmp_path, "mine", "raises")
    status, said = program("run", "graph.json", "--plugin-path", ".", "--out", "out")
    assert status == 2 and "No module named 'no_such_module'" in said, said
    assert "; choose a Python that has it by --python or the variable FLOWRUN_PYTHON" in said, said


def test_a_new_plugin_passes_its_check_and_new_node_says_how_to_add_one(tmp_path, program):
    assert program("new-plugin", "fresh", "--language", "python")[0] == 0
    status, said = program("check-plugin", "fresh/fresh.py")
    assert status == 0 and "FAIL" not in said, said
    status, said = program("new-node", "blur", "--plugin", "fresh")
    assert status == 2 and "this plugin is in Python: a node is one more function in its .py file" in said, said
    taking = RAISES.replace("@node(", "@node(inputs={'volume': Input(Volume, 'Any')}, ")
    taking = taking.replace("raises(context)", "raises(context, volume)").replace("import Output", "import Input, Output")
    (tmp_path / "mine.py").write_text(taking)
    status, said = program("check-plugin", "mine.py")
    advice = "it is an exception of Python that says nothing of the input; raise flowrun.plugin.Refused with a sentence"
    assert status == 1 and advice in " ".join(said.split()), said


def test_view_warns_where_no_image_lies_below_the_masks(tmp_path, program):
    nodes = {
        "head": {"type": "phantom.head", "params": {"size": [16, 16, 16], "spacing": [8, 8, 8]}},
        "write": {"type": "io.write_mask", "inputs": {"mask": "head.lesions"}, "params": {"path": "${out}/x.nii.gz"}},
    }
    (tmp_path / "graph.json").write_text(json.dumps({"format": 1, "name": "one", "nodes": nodes}))
    assert program("run", "graph.json", "--out", "out")[0] == 0
    status, said = program("view", "out")
    assert status == 0 and "no image lies below the masks" in said, said
    assert program("run", "graph.json", "--out", "both", "--keep", "head.flair")[0] == 0
    assert "no image lies below" not in program("view", "both")[1]


def test_a_sweep_ends_at_a_variant_that_cannot_be_opened_and_its_table_has_no_older_row_for_it(tmp_path, program):
    models = ",".join(str(SOURCE / "graphs/models" / name) for name in ("phantom", "open_ms"))
    small = ["--set", "size=40,48,40", "--set", "spacing=4.5,4.5,4.5", "--out", "s"]
    (tmp_path / "s/variant_002/flowrun/cases").mkdir(parents=True)
    assert program("run", SOURCE / "graphs/demo.json", *small[:4], "--out", "older")[0] == 0
    shutil.copy(tmp_path / "older/flowrun/cases/demo.json", tmp_path / "s/variant_002/flowrun/cases/demo.json")
    status, said = program("run", SOURCE / "graphs/demo.json", "--sweep", f"models={models}", *small)
    assert status == 1 and "variant 'variant_002' cannot run, so the sweep ends here" in said, said
    rows = (tmp_path / "s/sweep.csv").read_text().splitlines()
    assert len(rows) == 2 and "phantom" in rows[1]
