"""Which Python runs nodes in Python."""

import os
import subprocess
import sys

import flowrun
from nodes_test import IMAGE, one_node, plugins, program, reason_of  # noqa: F401

# ruff: noqa: F811


def test_the_interpreter_is_chosen_by_a_variable(plugins, monkeypatch):
    monkeypatch.setenv("FLOWRUN_PYTHON", "/no/such/python")
    reason = reason_of(plugins, "my_nodes.py")
    assert "'/no/such/python' cannot be started: No such file or directory" in reason and "FLOWRUN_PYTHON" in reason


def test_the_interpreter_is_chosen_by_an_option(plugins, tmp_path):
    (tmp_path / "bin").mkdir()
    other = tmp_path / "bin/other"
    other.symlink_to(os.path.realpath(sys.executable))
    text = (
        "import sys\nfrom flowrun.plugin import Number, Output, node\n\n"
        '@node(outputs={"n": Output(Number, "1")})\ndef who():\n    """One"""\n'
        "    raise Exception('run by ' + sys.executable)\n"
    )
    (plugins / "asks.py").write_text(text)
    (tmp_path / "asks.json").write_text('{"format": 1, "name": "a", "nodes": {"n": {"type": "asks.who"}}}')
    words = ["run", "asks.json", "--plugin-path", str(plugins), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [flowrun.program(), *words, "--python", "bin/other"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1 and f"run by {other}" in done.stdout + done.stderr
    for verb in (["run", "asks.json"], ["crossval", "plan.json", "--cases", "c.csv"], ["check-plugin", "asks.py"]):
        status, text = program(*verb, "--python", "/no/such/python")
        assert status == 2 and "'/no/such/python' is no program; give a Python, such as env/bin/python" in text
    status, text = program("check-plugin", plugins / "asks.py", "--python", other)
    assert f"run by {other}".replace(" ", "") in "".join(text.split())  # which is wrapped


def test_an_interpreter_that_is_a_script_which_starts_processes(plugins, monkeypatch, tmp_path):
    shim = tmp_path / "it's python"  # as those of pyenv
    shim.write_text(f'#!/bin/sh\n/bin/true\n{sys.executable} "$@"\nexit $?\n')
    shim.chmod(0o755)
    monkeypatch.setenv("FLOWRUN_PYTHON", str(shim))
    assert flowrun.node("my_nodes.scale", plugins=[plugins]).version == "1.2.3"
    with one_node(tmp_path, "scale", factor=3).session() as session:
        assert session.run(volume=IMAGE).volume.data[0, 0, 1] == 3
