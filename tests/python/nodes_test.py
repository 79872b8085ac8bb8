"""Nodes in Python: found, described, run in processes, and what fails of them."""

import json
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

import flowrun
import flowrun.places
from conftest import SOURCE

PLUGIN = SOURCE / "tests/python/plugin"


@pytest.fixture
def plugins(tmp_path):
    """A plugin folder of our own, which manifests may be written to."""
    folder = tmp_path / "plugins"
    shutil.copytree(PLUGIN, folder, ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    return folder


def program(*words, **environment):
    done = subprocess.run(
        [flowrun.program(), *words], capture_output=True, text=True, env={**os.environ, **environment}
    )
    return done.returncode, done.stdout + done.stderr


def reason_of(folder, file):
    """Why a plugin cannot be used, as `flowrun plugins --why` says it."""
    known = flowrun._native().plugins(flowrun.places.plugin_paths([folder]))
    return next(failure for _, _, where, _, failure in known if where == str(folder / file))


def one_node(folder, type, payload="flowrun.volume/1", **params):
    """A graph of one node from 'volume' to 'volume', in memory."""
    graph = flowrun.GraphBuilder("one")
    image = graph.packet("volume", payload, "An image")
    graph.output("volume", graph.node("node", f"my_nodes.{type}", {"volume": image}, **params).volume)
    return graph.save(folder / f"{type}.json", plugins=[folder / "plugins"])


IMAGE = flowrun.Volume(np.arange(24.0).reshape(2, 3, 4), np.diag([-2.0, -3, 4, 1]), contrast="FLAIR")


def test_it_is_described_like_any_other(plugins):
    described = flowrun.node("my_nodes.scale", plugins=[plugins])
    assert described.summary == "An image times a number" and described.details == "NaN stays NaN. Reports voxels."
    assert (described.plugin, described.version) == ("my_nodes", "1.2.3")
    assert described.params[0] == {
        "name": "factor",
        "type": "number",
        "default": 2.0,
        "min": 0.0,
        "help": "Voxels are multiplied by this",
    }
    status, text = program("describe", "my_nodes.every_kind", "--plugin-path", plugins)
    assert status == 0 and "Every kind of parameter and output" in text and "one of x, y" in text
    assert "my_nodes" in program("plugins", "--plugin-path", plugins)[1]
    assert "my_nodes.scale" in program("schema", "--plugin-path", plugins)[1]
    assert (plugins / "my_nodes.py.json").exists() and not (plugins / "helper.py.json").exists()


def test_a_graph_is_checked_against_it(tmp_path, plugins):
    with pytest.raises(flowrun.GraphError, match="'factr'; did you mean 'factor'"):
        one_node(tmp_path, "scale", factr=2)
    with pytest.raises(flowrun.GraphError, match="factor"):
        one_node(tmp_path, "scale", factor=-1)


def test_the_ten_lines_of_the_document(tmp_path):
    filters = pytest.importorskip("scipy.ndimage")
    text = (SOURCE / "docs/python.md").read_text().split("```python file=my_nodes.py\n")[1].split("```")[0]
    assert len(text.splitlines()) <= 10
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/my_nodes.py").write_text(text)
    with one_node(tmp_path, "smooth", sigma=1.5).session() as session:
        smooth = session.run(volume=IMAGE).volume
    np.testing.assert_array_equal(smooth.data, filters.gaussian_filter(IMAGE.data, 1.5))


def test_images_go_through_it(tmp_path, plugins):
    with one_node(tmp_path, "scale", factor=3).session() as session:
        output = session.run(volume=IMAGE)
        assert output.figures == {"node.voxels": 24} and output.warnings == ["node: run1 on "]
        np.testing.assert_array_equal(output.volume.data, IMAGE.data * 3)
        assert output.volume.grid == IMAGE.grid and output.volume.facts.contrast == "FLAIR"
        for n in range(20):
            assert session.run(volume=IMAGE.like(IMAGE.data + n)).volume.data[0, 0, 0] == 3 * n


def test_every_kind_of_parameter_and_payload(tmp_path, plugins):
    graph = flowrun.GraphBuilder("kinds")
    image, mask = (
        graph.packet("image", "flowrun.volume/1", "An image"),
        graph.packet("mask", "flowrun.mask/1", "Where", required=False),
    )
    node = graph.node(
        "node",
        "my_nodes.every_kind",
        {"volumes": [image, image], "mask": mask},
        names=["c", "d"],
        sizes=[3, 4],
        mode="y",
        flag=True,
    )
    for name in ("mask", "labels", "mean", "table"):
        graph.output(name, node[name])
    with graph.save(tmp_path / "kinds.json", plugins=[plugins]).session() as session:
        output = session.run(image=IMAGE, mask=IMAGE.like(IMAGE.data > 20, flowrun.Mask))
    assert output.mask.data.sum() == 3 and output.labels.data.max() == 3 and output.mask.facts.kind == "mask"
    assert output.mean == 11.5 and output.mean.unit == "sd"
    assert output.table == {"names": ["c", "d"], "sizes": [3, 4], "flag": [1, 1], "mode": ["y", "y"]}


@pytest.mark.parametrize(
    "how, sentence",
    [
        ("array", "output 'volume': an array alone does not say where it lies"),
        ("keep", "keeps an input beyond its firing"),
        ("nothing", "process gave no output 'volume'"),
        ("more", "process gave an output 'more', which the type lacks"),
        ("none of them", "process gave no output 'volume'"),
        ("mute", r"Mute \(my_nodes.py, line \d+\)"),
        ("nul", r"ValueError: a\\x00b"),
        ("refused", "the node refused without a sentence"),
        ("exit", r"the process of Python that ran it ended the process \(exit status 3\)"),
    ],
)
def test_a_node_that_breaks_its_contract_fails_with_a_sentence(tmp_path, plugins, how, sentence):
    with one_node(tmp_path, "wrong", how=how).session() as session:
        for _ in range(2):
            with pytest.raises(flowrun.CaseFailed, match=sentence):
                session.run(volume=IMAGE)


@pytest.mark.parametrize("how", ["fork", "fork and raise"])
def test_a_copy_of_the_process_that_a_node_forked_never_answers(tmp_path, plugins, how):
    with one_node(tmp_path, "odd", how=how).session() as session:
        for _ in range(3):
            np.testing.assert_array_equal(session.run(volume=IMAGE).volume.data, IMAGE.data)


def test_half_a_character_is_written_as_its_number(tmp_path, plugins):
    with one_node(tmp_path, "odd", how="surrogate").session() as session:
        with pytest.raises(flowrun.CaseFailed, match=r"ValueError: half a character: \\udcff"):
            session.run(volume=IMAGE)


def test_a_long_sentence_is_cut(tmp_path, plugins):
    with one_node(tmp_path, "odd", how="long").session() as session:
        with pytest.raises(flowrun.CaseFailed) as failed:
            session.run(volume=IMAGE)
    sentence = failed.value.errors[0].message
    assert sentence.startswith("ValueError: ééé") and " more bytes) ... " in sentence and len(sentence.encode()) < 8300
    assert "�" not in sentence


def test_a_warning_is_cut_and_has_half_a_character_as_its_number(tmp_path, plugins):
    with one_node(tmp_path, "odd", how="warn").session() as session:
        half, long = session.run(volume=IMAGE).warnings
    assert half == "node: half a character: \\udcff"
    assert long.startswith("node: www") and " more bytes) ... " in long and len(long) < 8300


def waits_until(true):
    for _ in range(600):
        if true():
            return True
        time.sleep(0.1)
    return False


def is_alive(process):
    try:
        return open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("how", ["killed", "timeout"])
def test_processes_of_python_end_with_flowrun(tmp_path, plugins, how):
    pid = tmp_path / "pid"
    graph = flowrun.GraphBuilder("hangs")
    head = graph.node("head", "phantom.head", seed=1, size=[16, 16, 16], spacing=[8, 8, 8])
    odd = graph.node("odd", "my_nodes.odd", {"volume": head.flair}, how="hang", file=str(pid))
    graph.node("write", "io.write_volume", {"volume": odd.volume}, path="${out}/odd.nii.gz")
    file = graph.save(tmp_path / "hangs.json", plugins=[plugins]).file
    if how == "timeout":
        text = json.loads(file.read_text())
        text["nodes"]["odd"]["run"] = {"isolate": True, "timeout": 20}
        file.write_text(json.dumps(text))
    words = [flowrun.program(), "run", str(file), "--plugin-path", str(plugins), "--out", str(tmp_path / "out")]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        assert waits_until(lambda: pid.exists() and pid.read_text())
        process = int(pid.read_text())
        assert is_alive(process)
        if how == "killed":
            run.kill()
    assert waits_until(lambda: not is_alive(process))


def cohort(folder, seeds):
    graph = flowrun.GraphBuilder("cohort")
    seed = graph.value("seed", "integer", "Of the head")
    head = graph.node("head", "phantom.head", seed=seed, size=[16, 16, 16], spacing=[8, 8, 8])
    scaled = graph.node("scale", "my_nodes.scale", {"volume": head.flair})
    fails = graph.node("fails", "my_nodes.fails", {"volume": scaled.volume}, seed=seed)
    graph.node("write", "io.write_volume", {"volume": fails.volume}, path="${out}/${case}.nii.gz")
    (folder / "cases.csv").write_text("case,seed\n" + "".join(f"c{n:02},{n}\n" for n in seeds))
    return graph.save(folder / "cohort.json", plugins=[folder / "plugins"])


def test_20_cases_of_which_2_raise_and_1_kills_its_process(tmp_path, plugins):
    graph = cohort(tmp_path, [*range(11), *range(12, 21)])
    outcome = flowrun.run(graph, cases=tmp_path / "cases.csv", out=tmp_path / "out", threads=2)
    by_status = {
        status: [case["name"] for case in outcome.cases if case["status"] == status] for status in ("done", "failed")
    }
    assert by_status["failed"] == ["c02", "c05", "c09"] and len(by_status["done"]) == 17
    rows = {row["case"]: row for row in outcome.results.failed()}
    assert all(row["failed_node"] == "fails" and row["failed_plugin"] == "my_nodes" for row in rows.values())
    assert rows["c02"]["reason"].startswith("ValueError: 2 is no seed (my_nodes.py, line ")
    assert "was killed" in rows["c09"]["reason"]
    records = [json.loads(file.read_text()) for file in (tmp_path / "out").rglob("*.json") if "c05" in file.name]
    text = json.dumps(records)
    assert "Traceback (most recent call last)" in text and "raise ValueError" in text
    assert [flowrun.read(tmp_path / "out" / f"{name}.nii.gz").data.any() for name in by_status["done"]] == [True] * 17


def test_a_sentence_of_the_node_is_the_reason_alone(tmp_path, plugins):
    outcome = flowrun.run(cohort(tmp_path, [11]), cases=tmp_path / "cases.csv", out=tmp_path / "out")
    assert outcome.cases[0]["errors"][0].message == "11 is refused"


def test_resume_runs_again_when_the_file_or_what_it_imports_changed(tmp_path, plugins):
    graph = cohort(tmp_path, [0, 1])

    def run():
        return flowrun.run(graph, cases=tmp_path / "cases.csv", out=tmp_path / "out", resume=True)

    assert run().all_done and "all 2 cases were done before" in run().nothing
    (plugins / "helper.py").write_text("NOTHING = 1\n")
    assert run().nothing == ""
    assert "all 2 cases were done before" in run().nothing
    with open(plugins / "my_nodes.py", "a") as stream:
        stream.write("# changed\n")
    assert run().nothing == ""


@pytest.mark.parametrize(
    "module, file",
    [
        ("ns.mod", "ns/mod.py"),  # without __init__.py
        ("pkg.deep.m", "pkg/deep/m.py"),
        ("other", "other.py"),  # a plugin too
        ("test_x", "test_x.py"),
        ("pk.tests.test_q", "pk/tests/test_q.py"),
        ("linked.mod", "linked/mod.py"),
    ],
)
def test_resume_sees_each_module_that_can_be_imported_from_the_folder(tmp_path, plugins, module, file):
    (tmp_path / "elsewhere").mkdir()
    (plugins / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (plugins / "pkg").mkdir()
    (plugins / "pkg/__init__.py").write_text("")
    (plugins / file).parent.mkdir(parents=True, exist_ok=True)
    plugin = "from flowrun.plugin import plugin\n" if module == "other" else ""
    (plugins / file).write_text(plugin + "NOTHING = 0\n")
    (plugins / "helper.py").write_text(f"from {module} import NOTHING\n")
    graph = cohort(tmp_path, [0])

    def run():
        return flowrun.run(graph, cases=tmp_path / "cases.csv", out=tmp_path / "out", resume=True)

    assert run().all_done and run().nothing
    before = flowrun.read(tmp_path / "out/c00.nii.gz").data
    (plugins / file).write_text(plugin + "NOTHING = 5\n")
    assert run().nothing == ""
    np.testing.assert_array_equal(flowrun.read(tmp_path / "out/c00.nii.gz").data, before + 5)


def test_a_folder_with_too_much_in_it_is_no_place_for_a_plugin(plugins):
    (plugins / "circle").symlink_to(plugins, target_is_directory=True)
    (plugins / "many").mkdir()
    for number in range(5001):
        (plugins / f"many/m{number}.txt").touch()
    assert reason_of(plugins, "my_nodes.py") == ""
    for number in range(5001):
        (plugins / f"many/m{number}.txt").rename(plugins / f"many/m{number}.py")
    (plugins / "my_nodes.py.json").unlink()
    reason = reason_of(plugins, "my_nodes.py")
    assert "more than 5000 files that Python can import, of which" in reason and "into a folder of its own" in reason


def test_an_edited_file_is_never_mixed_with_what_still_runs(tmp_path, plugins):
    graph = one_node(tmp_path, "scale", factor=3)
    with graph.session() as before:
        assert before.run(volume=IMAGE).volume.data[0, 0, 1] == 3
        (plugins / "helper.py").write_text("NOTHING = 5\n")
        with graph.session() as after:
            assert after.run(volume=IMAGE).volume.data[0, 0, 1] == 8
        assert before.run(volume=IMAGE).volume.data[0, 0, 1] == 3


def test_a_change_of_a_type_is_seen_by_the_next_look(plugins):
    flowrun.node("my_nodes.scale", plugins=[plugins])
    text = (plugins / "my_nodes.py").read_text()
    (plugins / "my_nodes.py").write_text(text.replace("An image times a number", "An image times another number"))
    assert flowrun.node("my_nodes.scale", plugins=[plugins]).summary == "An image times another number"


@pytest.mark.parametrize(
    "text, sentence",
    [
        (
            "from flowrun.plugin import node\nimport no_such_module\n",
            "ModuleNotFoundError: No module named 'no_such_module' (bad.py, line 2)",
        ),
        ("from flowrun.plugin import node\ndef (:\n", "SyntaxError: invalid syntax (bad.py, line 2)"),
        ("from flowrun.plugin import node\nimport sys; sys.exit(3)\n", "SystemExit: 3"),
        ("from flowrun.plugin import node\n", "it describes no node type"),
        (
            "from flowrun.plugin import node\n@node()\ndef a(b):\n    'A'\n",
            "has an argument 'b' that is no input or parameter",
        ),
        ("from flowrun.plugin import node\n@node()\ndef a():\n    ''\n", "its summary is empty"),
        (
            "from flowrun.plugin import *\nOutput(Volume, 'Parts', stream=True)\n",
            "cannot give a stream of chunks; write it in C++",
        ),
        (
            "from flowrun.plugin import *\nInput(Volume, 'All', collects=True)\n",
            "cannot collect the chunks of a case or the cases",
        ),
        (
            "from flowrun.plugin import *\n@node()\ndef a():\n    'A'\n    yield 1\n",
            "cannot give a stream of chunks, as its process",
        ),
        ("from flowrun.plugin import node\nimport os; os._exit(5)\n", "exit status 5"),
        ("from flowrun.plugin import node\nopen('written', 'w')\n", "PermissionError"),
        ("from flowrun.plugin import node\nimport subprocess; subprocess.run(['true'])\n", "PermissionError"),
        ("from flowrun.plugin import node\nimport socket; socket.socket()\n", "PermissionError"),
    ],
)
def test_a_plugin_that_cannot_be_described_is_listed_with_the_reason(tmp_path, text, sentence, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "bad.py").write_text(text)
    assert sentence in reason_of(tmp_path, "bad.py")
    assert not (tmp_path / "written").exists()


def test_files_that_are_no_plugins_are_left_alone(tmp_path):
    (tmp_path / "script.py").write_text("open('ran', 'w')\n")
    (tmp_path / "test_it.py").write_text("from flowrun.testing import run_node\n")
    assert not any("script" in name or "test_it" in name for name in flowrun.nodes(plugins=[tmp_path]))
    assert sorted(os.listdir(tmp_path)) == ["script.py", "test_it.py"]


def test_new_plugin_makes_one_that_is_tested_and_runs(tmp_path, monkeypatch):
    done = subprocess.run(
        [flowrun.program(), "new-plugin", "mine", "--language", "python", "--node", "double"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "python3 -m pytest" in done.stdout, done.stderr
    folder = tmp_path / "mine"
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=folder, capture_output=True, text=True
    )
    assert tests.returncode == 0 and "2 passed" in tests.stdout, tests.stdout
    monkeypatch.chdir(folder)
    status, said = program("run", "graphs/double.json", "--plugin-path", ".", "--out", "out")
    assert status == 0 and os.path.exists("out/double_double.nii.gz"), said
    status, said = program("new-plugin", "other", "--language", "python", "--kind", "stream")
    assert status == 2 and "nodes of the kind map" in said


def test_an_isolated_node_in_python(tmp_path, plugins):
    graph = flowrun.GraphBuilder("isolated")
    head = graph.node("head", "phantom.head", size=[16, 16, 16], spacing=[8, 8, 8])
    graph.node("scale", "my_nodes.scale", {"volume": head.flair}, run={"isolate": True})
    outcome = flowrun.run(graph.save(tmp_path / "isolated.json", plugins=[plugins]), out=tmp_path / "out")
    assert outcome.all_done and outcome.cases[0]["figures"]["scale.voxels"] == 16**3


def test_check_plugin_checks_it(plugins):
    status, said = program("check-plugin", plugins / "my_nodes.py", "--node", "scale")
    assert status == 0, said


def test_the_one_node_runner(plugins, monkeypatch):
    from flowrun.testing import run_node

    monkeypatch.syspath_prepend(str(plugins))
    import my_nodes

    fired = run_node(my_nodes.scale, volume=IMAGE, factor=3)
    np.testing.assert_array_equal(fired.volume.data, IMAGE.data * 3)
    assert fired.reports == {"voxels": 24}
    assert run_node(my_nodes.EveryKind, volumes=[IMAGE]).mean == 11.5
    for given, sentence in (
        ({"factor": -1, "volume": IMAGE}, "out of its range"),
        ({}, "input 'volume' is missing"),
        ({"volume": IMAGE, "factr": 1}, "no input or parameter 'factr'"),
        ({"volume": IMAGE, "factor": "x"}, "parameter 'factor' is number"),
    ):
        with pytest.raises(flowrun.FlowrunError, match=sentence):
            run_node(my_nodes.scale, **given)


def test_check_plugin_finds_a_node_whose_process_always_ends(tmp_path):
    head = "import os\nfrom flowrun.plugin import Input, Output, Volume, node\n"
    ports = '@node(inputs={"volume": Input(Volume, "Any")}, outputs={"volume": Output(Volume, "The same")})\n'
    (tmp_path / "bad.py").write_text(head + ports + "def ends(volume):\n    'Ends its process'\n    os._exit(3)\n")
    status, text = program("check-plugin", tmp_path / "bad.py")
    assert status == 1 and "FAIL" in text and "ended the process (exit status 3)" in text


def test_describe_says_why_the_plugin_of_a_type_cannot_be_used(tmp_path):
    (tmp_path / "bad.py").write_text("from flowrun.plugin import node\nimport no_such_module\n")
    status, text = program("describe", "bad.node", "--plugin-path", tmp_path)
    assert status == 2 and "cannot be used" in text and "No module named 'no_such_module'" in text


def test_a_session_that_was_used_before_a_fork_is_refused_in_it(tmp_path, plugins):
    """A worker answers one process: with two at its pipe each would get the image of the other."""
    code = f"""
import multiprocessing, sys
import numpy as np
import flowrun
used = flowrun.load({str(tmp_path / "scale.json")!r}, plugins=[{str(plugins)!r}]).session(threads=1)
def result(session, n):
    return session.run(volume=flowrun.Volume(np.full((2, 2, 2), n, "f4"))).volume.data[0, 0, 0] == 2 * n
def by_used(n):
    try:
        return result(used, n)
    except flowrun.FlowrunError as fault:
        return "used before this process was forked" in str(fault)
def by_own(n):
    with used.graph.session(threads=1) as session:
        return result(session, n) and result(session, n + 1)
assert result(used, 5)
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert all(pool.map(by_used, range(8))) and all(pool.map(by_own, range(4)))
assert result(used, 6)
"""
    one_node(tmp_path, "scale")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_a_file_that_changes_while_a_session_is_open_gives_no_stale_result(tmp_path, plugins):
    file = tmp_path / "added.txt"
    file.write_text("8")
    graph = one_node(tmp_path, "add_from_file", file=str(file))
    with graph.session(cache=tmp_path / "kept") as session:
        for text in ("8", "8", "9", "123", "8"):
            file.write_text(text)
            np.testing.assert_array_equal(session.run(volume=IMAGE).volume.data, IMAGE.data + np.float32(text))
    with graph.session(cache=tmp_path / "kept") as session:
        np.testing.assert_array_equal(session.run(volume=IMAGE).volume.data, IMAGE.data + 8)


def test_a_plugin_with_the_line_ends_of_windows(tmp_path, plugins):
    file = plugins / "my_nodes.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    with one_node(tmp_path, "scale").session() as session:
        np.testing.assert_array_equal(session.run(volume=IMAGE).volume.data, IMAGE.data * 2)


@pytest.mark.parametrize("name", ["numpy", "random"])
def test_a_plugin_does_not_take_the_place_of_a_module(plugins, name):
    shutil.copy(plugins / "my_nodes.py", plugins / f"{name}.py")
    assert f"there is a module '{name}', whose place it would take" in reason_of(plugins, f"{name}.py")
