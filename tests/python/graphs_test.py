"""Graphs: read, wrong, built, drawn; node types and their help."""

import json

import numpy as np
import pytest

import flowrun
from conftest import SOURCE


def test_all_that_is_wrong_is_one_exception_with_places(tmp_path):
    file = tmp_path / "wrong.json"
    file.write_text(
        '{\n  "format": 1, "name": "wrong",\n  "nodes": {\n'
        '    "head": { "type": "phantom.haed" },\n'
        '    "other": { "type": "phantom.head", "params": { "sized": 1 } }\n  }\n}\n'
    )
    with pytest.raises(flowrun.GraphError) as caught:
        flowrun.load(file)
    faults = caught.value.diagnostics
    assert [(fault.line, fault.severity) for fault in faults if fault.severity == "error"] == [
        (4, "error"),
        (5, "error"),
    ]
    assert faults[0].file == str(file) and faults[0].column == 23
    assert "did you mean 'phantom.head'" in faults[0].message
    assert f"{file}:4:23: error: " in str(caught.value) and f"{file}:5:" in str(caught.value)


def test_a_missing_file_and_a_wrong_parameter_are_the_same_exception(bright):
    with pytest.raises(flowrun.GraphError, match="no-such.json"):
        flowrun.load("no-such.json")
    with pytest.raises(flowrun.GraphError, match="did you mean 'above'"):
        flowrun.load(bright.file, abve=3)
    with pytest.raises(flowrun.GraphError, match="expected a number"):
        flowrun.load(bright.file, above="much")


def test_a_graph_says_what_it_takes(bright):
    assert (
        bright.takes_packets
        and bright.packets["image"].payload == "flowrun.volume/1"
        and bright.packets["image"].required
    )
    assert bright.parameters["above"].default == 10 and bright.outputs == ["mask"]
    assert bright.nodes == {"cut": "segment.threshold"}
    assert "A voxel above this is bright" in bright._repr_html_()
    of_files = flowrun.load(SOURCE / "graphs/demo.json", size=[91, 109, 91], final_threshold=0.25)
    assert not of_files.takes_packets and of_files.words() == ["size=91,109,91", "final_threshold=0.25"]


def test_a_built_graph_is_saved_in_canonical_form(bright):
    import subprocess

    text = bright.file.read_text()
    assert json.loads(text)["nodes"]["cut"]["inputs"] == {"volume": "image"}
    assert subprocess.run([flowrun.program(), "fmt", "--check", bright.file]).returncode == 0


def test_a_built_graph_that_is_wrong_says_so():
    graph = flowrun.GraphBuilder("twice")
    node = graph.node("a", "phantom.head")
    with pytest.raises(flowrun.FlowrunError, match="'a' twice"):
        graph.node("a", "phantom.head")
    with pytest.raises(flowrun.FlowrunError, match="which output of node 'a'"):
        graph.node("b", "segment.threshold", {"volume": node})


def test_values_of_numpy_are_those_of_json():
    graph = flowrun.GraphBuilder("numpy")
    graph.node("head", "phantom.head", seed=np.int64(3), size=np.array([16, 16, 16]), noise=np.float64(0.5))
    assert graph.tree()["nodes"]["head"]["params"] == {"seed": 3, "size": [16, 16, 16], "noise": 0.5}
    for value, sentence in ((float("nan"), "'odd.params.noise' is nan"), (flowrun.Volume(np.zeros((2, 2, 2))), "cannot be a Volume")):
        with pytest.raises(flowrun.FlowrunError, match=sentence):
            graph.node("odd", "phantom.head", noise=value)


def test_an_output_of_another_builder_is_refused():
    one, other = flowrun.GraphBuilder("one"), flowrun.GraphBuilder("other")
    foreign = other.node("head", "phantom.head")
    one.node("head", "phantom.head")
    with pytest.raises(flowrun.FlowrunError, match="'head.flair' belongs to another GraphBuilder"):
        one.node("cut", "segment.threshold", {"volume": foreign.flair})


def test_a_graph_is_drawn(bright):
    drawing = bright.draw()
    assert "<svg" in drawing._repr_svg_() and "segment.threshold" in drawing and ">mask<" in drawing
    assert "cnn.dense_inference" in flowrun.load(SOURCE / "graphs/demo.json").draw()


def test_node_types_have_their_help(capsys):
    known = flowrun.nodes()
    assert "segment.threshold" in known and all(one.summary for one in known.values())
    threshold = flowrun.node("segment.threshold")
    assert [port["payload"] for port in threshold.outputs] == ["flowrun.mask/1"]
    help(threshold)
    assert threshold.summary in capsys.readouterr().out
    with pytest.raises(flowrun.FlowrunError, match="did you mean 'segment.threshold'"):
        flowrun.node("segment.treshold")
