"""Cohorts: the records of the program, resume, results."""

import os
import subprocess

import pytest

import flowrun
from conftest import SOURCE


@pytest.fixture
def graph(tmp_path):
    built = flowrun.GraphBuilder("heads")
    seed = built.value("seed", "integer", "Another seed is another head")
    head = built.node("head", "phantom.head", seed=seed, size=[24, 24, 24], spacing=[8, 8, 8])
    built.node("write", "io.write_volume", {"volume": head.flair}, path="${out}/${case}.nii.gz")
    return built.save(tmp_path / "heads.json")


def table(folder, seeds):
    folder.joinpath("cases.csv").write_text("case,seed\n" + "".join(f"case{seed},{seed}\n" for seed in seeds))
    return folder / "cases.csv"


def test_a_cohort_runs_and_continues_what_the_program_began(graph, tmp_path):
    out = tmp_path / "out"
    subprocess.run(
        [flowrun.program(), "run", graph.file, "--cases", table(tmp_path, [1, 2]), "--out", out],
        check=True,
        capture_output=True,
    )
    seen = []
    outcome = flowrun.run(graph, cases=table(tmp_path, [1, 2, 3]), out=out, resume=True, progress=seen.append)
    assert outcome.all_done and [case["status"] for case in outcome.cases] == ["done"] * 3
    assert all(state["total"] == 1 and state["done_before"] == 2 for state in seen)
    results = flowrun.results(out)
    assert results["case"] == ["case1", "case2", "case3"] and results["status"] == ["done"] * 3
    assert results["head.lesion_voxels"] == [row["head.lesion_voxels"] for row in results]
    again = flowrun.run(graph, cases=table(tmp_path, [1, 2, 3]), out=out, resume=True)
    assert "all 3 cases were done before" in again.nothing
    assert flowrun.read(out / "case2.nii.gz").shape == (24, 24, 24)


def test_what_is_wrong_is_known_before_anything_is_written(graph, tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text("case,sead\na,1\n")
    with pytest.raises(flowrun.GraphError, match="did you mean 'seed'") as caught:
        flowrun.run(graph, cases=file, out=tmp_path / "out")
    assert (caught.value.diagnostics[0].file, caught.value.diagnostics[0].line) == (str(file), 1)
    assert not (tmp_path / "out").exists()


def test_a_single_case_of_named_inputs(graph, tmp_path):
    outcome = flowrun.run(graph, out=tmp_path / "out", case_name="only", seed=7)
    assert repr(outcome) == f"<1 done in {tmp_path / 'out'}>"
    assert flowrun.results(tmp_path / "out").report().name == "report.html"


def test_a_parameter_of_the_graph_is_given_like_an_input(tmp_path):
    out = tmp_path / "out"
    flowrun.run(SOURCE / "graphs/phantom_cases.json", out=out, case_name="a", size=[16, 16, 16], spacing=[10, 10, 10])
    assert flowrun.read(out / "a_flair.nii.gz").shape == (16, 16, 16)


def test_a_case_that_fails_is_a_row_with_its_reason(tmp_path):
    built = flowrun.GraphBuilder("read")
    path = built.value("image", "path", "An image")
    built.node("read", "io.read_volume", path=path)
    graph = built.save(tmp_path / "read.json")
    (tmp_path / "bad.nii").write_text("no image")
    outcome = flowrun.run(graph, out=tmp_path / "out", image=tmp_path / "bad.nii")
    assert outcome.cases[0]["status"] == "failed" and outcome.cases[0]["errors"][0].node == "read"
    row = outcome.results.failed()[0]
    assert row["failed_node"] == "read" and "bad.nii" in row["reason"]
    assert "bad.nii" in outcome._repr_html_()


def test_results_go_into_pandas(graph, tmp_path):
    pytest.importorskip("pandas")
    flowrun.run(graph, cases=table(tmp_path, [1, 2]), out=tmp_path / "out")
    frame = flowrun.results(tmp_path / "out").to_pandas()
    assert list(frame["case"]) == ["case1", "case2"] and frame["seconds"].min() > 0


def test_a_folder_without_results_is_a_sentence(tmp_path):
    with pytest.raises(flowrun.FlowrunError, match="is it the output folder of a run"):
        flowrun.results(tmp_path)
    assert os.listdir(tmp_path) == []


def test_results_of_different_parameters_are_said_on_the_terminal(tmp_path, bright_heads):
    graph, cases = bright_heads

    def program(*words):
        done = subprocess.run([flowrun.program(), *map(str, words)], capture_output=True, text=True, cwd=tmp_path)
        return done.stdout + done.stderr

    def run(out, *words):
        return program("run", graph, "--cases", cases, "--out", out, *words)

    mixed = "cases were not all made by the same graph, parameters and plugin versions: 1 of 2 differ from case"
    assert mixed not in run("o")
    text = run("o", "--only", "a", "--set", "above=9")
    assert mixed in text and "parameter 'above' of node 'cut' changed from" in text
    assert mixed in program("merge", "o")
    assert mixed not in run("o", "--set", "above=9")
    assert mixed not in program("merge", "o")
    run("s", "--shard", "1/2")
    assert mixed not in program("merge", "s")  # the other case has not run
    run("s", "--shard", "2/2", "--set", "above=9")
    assert mixed in program("merge", "s")


@pytest.fixture
def bright_heads(tmp_path):
    """A graph of two cases with the parameter 'above'."""
    graph = flowrun.GraphBuilder("bright")
    seed, above = graph.value("seed", "integer", "Of the head"), graph.parameter("above", "number", default=1, help="Cut")
    head = graph.node("head", "phantom.head", seed=seed, size=[16, 16, 16], spacing=[8, 8, 8])
    cut = graph.node("cut", "segment.threshold", {"volume": head.flair}, above=above)
    graph.node("write", "io.write_mask", {"mask": cut.mask}, path="${out}/${case}.nii.gz")
    (tmp_path / "two.csv").write_text("case,seed\na,1\nb,2\n")
    return graph.save(tmp_path / "bright.json").file, tmp_path / "two.csv"


def test_names_of_cases_stay_as_they_are(tmp_path):
    (tmp_path / "cases.csv").write_text(
        "case,status,failed_node,seconds,one,two,three\n007,done,,1.5,3,,01\n1e3,done,,2,,,1_0\n1_1,failed,n,nan,4,,2\n"
    )
    found = flowrun.results(tmp_path)
    assert found["case"] == ["007", "1e3", "1_1"] and found["three"] == ["01", "1_0", "2"] and found["two"] == ["", "", ""]
    assert found["one"] == [3, None, 4] and found["seconds"][:2] == [1.5, 2.0] and found["seconds"][2] != found["seconds"][2]
    assert [row["case"] for row in found.failed()] == ["1_1"]
