"""Sessions: images in memory, many calls, failures, interrupts."""

import os
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import flowrun
from conftest import SOURCE

CONTRASTS = ("flair", "pd", "t2", "t1")


@pytest.fixture(scope="session")
def cascade(tmp_path_factory):
    """The demo's cascade of two networks, on images in memory."""
    stages = f"graph:{SOURCE}/graphs/msseg2016/stages/"
    graph = flowrun.GraphBuilder("cascade", "The demo's cascade on images in memory")
    images = {name: graph.packet(name, "flowrun.volume/1", name.upper()) for name in CONTRASTS}
    graph.parameter("threshold", "number", default=1.5, help="Of the candidates", unit="sd")
    prepared = graph.node("prepared", stages + "preprocess.json", images)
    candidates = graph.node(
        "candidates",
        stages + "candidates.json",
        {"flair": prepared.flair, "brain": prepared.brain},
        threshold="${threshold}",
    )
    models = SOURCE / "graphs/models/phantom"
    networks = graph.node(
        "networks",
        stages + "dense_networks.json",
        {"volumes": [prepared[name] for name in CONTRASTS], "voxels": candidates.voxels},
        initial=models / "initial.pt",
        final=models / "final.pt",
    )
    fuse = graph.node("fuse", stages + "fuse.json", {"maps": [networks.initial, networks.final]}, threshold=0.5)
    graph.output("mask", fuse.mask)
    return graph.save(tmp_path_factory.mktemp("cascade") / "cascade.json")


def test_results_are_kept_where_a_folder_is_given(cascade, heads, tmp_path):
    head = heads.run(seed=1)
    images = {name: head[name] for name in CONTRASTS}
    with cascade.session(threads=2, changing=["threshold"], cache=tmp_path / "kept") as session:
        first, again = session.run(**images), session.run(**images)
        other = session.run(**images, threshold=1.7)
    with cascade.session(threads=2, changing=["threshold"]) as session:
        plain = session.run(**images, threshold=1.7)
    assert first.kept == 0 and again.kept > 3 and plain.kept == 0
    assert np.array_equal(first.mask.data, again.mask.data) and first.figures == again.figures
    assert np.array_equal(other.mask.data, plain.mask.data) and other.figures == plain.figures


def test_the_mask_is_the_programs_bit_by_bit(cascade, heads, tmp_path):
    head = heads.run(seed=1)
    with cascade.session(threads=2) as session:
        masks = [
            session.run(**{name: head[name] for name in CONTRASTS}).mask,
            session.run(**{name: (np.array(head[name].data, order="C"), head[name].affine) for name in CONTRASTS}).mask,
        ]
    subprocess.run(
        [
            flowrun.program(),
            "run",
            SOURCE / "graphs/demo.json",
            "--out",
            tmp_path,
            "--case-name",
            "head",
            "--set",
            "size=40,48,40",
            "--set",
            "spacing=4,4,4",
        ],
        check=True,
        capture_output=True,
    )
    program = flowrun.read(tmp_path / "head_lesions.nii.gz", flowrun.Mask)
    assert program.data.any()
    for mask in masks:
        assert mask.data.tobytes("F") == program.data.tobytes("F")
        np.testing.assert_allclose(mask.affine, program.affine, atol=1e-5)


def test_a_parameter_changes_from_call_to_call(bright):
    image = flowrun.Volume(np.arange(64).reshape(4, 4, 4))
    with bright.session(changing=["above"]) as session:
        assert [int(session.run(image=image, above=above).mask.data.sum()) for above in (10, 60.0, np.float32(62))] == [
            53,
            3,
            1,
        ]
        assert session.run(image=image).figures["cut.voxels"] == 53
        with pytest.raises(flowrun.FlowrunError, match="'above' is number; found 'much'"):
            session.run(image=image, above="much")


def test_several_calls_at_a_time_and_from_several_threads(bright):
    image = flowrun.Volume(np.arange(64).reshape(4, 4, 4))
    with bright.session(changing=["above"], at_once=4) as session:
        outputs = session.run_all([{"image": image, "above": above} for above in range(20)])
        assert [int(output.mask.data.sum()) for output in outputs] == [63 - above for above in range(20)]
        found = {}
        threads = [
            threading.Thread(
                target=lambda n=n: found.update({n: int(session.run(image=image, above=n).mask.data.sum())})
            )
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == {n: 63 - n for n in range(8)}


def test_what_does_not_fit_is_a_sentence(bright, tmp_path):
    image = flowrun.Volume(np.zeros((2, 2, 2)))
    with bright.session() as session:
        with pytest.raises(flowrun.FlowrunError, match="has no input 'imgae'; it has image"):
            session.run(imgae=image)
        with pytest.raises(flowrun.FlowrunError, match="input 'image' of graph 'bright' is missing"):
            session.run()
        with pytest.raises(flowrun.FlowrunError, match=r"give each input by its name, as in run\(image=...\)"):
            session.run(image)
        with pytest.raises(flowrun.FlowrunError, match="input 'image' takes one packet, not a list"):
            session.run(image=[image, image])
        with pytest.raises(flowrun.FlowrunError, match="input 'image': a Volume is an image or"):
            session.run(image="file.nii.gz")
        with pytest.raises(AttributeError, match="no output 'maks'; its outputs are mask"):
            session.run(image=image).maks
    with pytest.raises(flowrun.FlowrunError, match="the session is closed"):
        session.run(image=image)
    with pytest.raises(flowrun.GraphError, match="has no outputs.*is run as a cohort .flowrun.run in Python"):
        flowrun.load(SOURCE / "graphs/demo.json").session()
    with pytest.raises(flowrun.FlowrunError, match="takes packets, not files; call it with graph.session"):
        flowrun.run(bright, out=tmp_path / "out")


def test_parameters_of_nodes_have_the_names_of_the_graphs_file(bright):
    image = (np.full((4, 4, 4), 3.0, np.float32), np.eye(4))
    free = flowrun.GraphBuilder("free")
    volume = free.packet("image", "flowrun.volume/1", "An image")
    free.output("mask", free.node("cut", "segment.threshold", {"volume": volume}, above=10).mask)
    file = free.save(bright.file.parent / "free.json").file
    with flowrun.load(file, **{"cut.above": 2}).session() as session:
        assert session.run(image=image).mask.data.all()
    with pytest.raises(flowrun.GraphError, match="no node 'cutt'; did you mean 'cut'"):
        flowrun.load(file, **{"cutt.above": 2}).session()


def test_a_call_that_fails_says_which_node_and_the_next_one_runs(heads, tmp_path):
    graph = flowrun.GraphBuilder("both")
    one, two = (graph.packet(name, "flowrun.mask/1", name) for name in ("one", "two"))
    graph.output("mask", graph.node("both", "segment.combine", {"masks": [one, two]}, keep="all").mask)
    with graph.save(tmp_path / "both.json").session() as session:
        small, large = flowrun.Mask(np.ones((2, 2, 2), bool)), flowrun.Mask(np.ones((3, 3, 3), bool))
        with pytest.raises(flowrun.CaseFailed, match="node 'both'") as caught:
            session.run(one=small, two=large)
        assert caught.value.errors[0].type == "segment.combine" and caught.value.errors[0].plugin == "segment"
        failed, done = session.run_all([{"one": small, "two": large}, {"one": large, "two": large}])
        assert isinstance(failed, flowrun.CaseFailed) and done.mask.data.sum() == 27


def test_200_calls_need_no_more_memory_than_the_first_few(bright):
    def resident():
        return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE")

    image = flowrun.Volume(np.arange(64**3).reshape(64, 64, 64))  # 1 MiB
    with bright.session() as session:
        for _ in range(20):
            session.run(image=image)
        before = resident()
        for _ in range(200):
            assert session.run(image=image).mask.data[-1, -1, -1] == 1
        assert resident() - before < 8 << 20


def test_ctrl_c_ends_a_call_and_the_session_goes_on(cascade, tmp_path):
    script = textwrap.dedent(f"""
        import numpy, flowrun
        session = flowrun.load({str(cascade.file)!r}).session()
        def run(n):
            image = flowrun.Volume(numpy.random.default_rng(1).normal(100, 50, (n, n, n)))
            return session.run(flair=image, pd=image, t2=image, t1=image)
        run(16)
        try:
            print("ready", flush=True)
            run(192)
            print("not interrupted")
        except KeyboardInterrupt:
            print("interrupted", run(16).mask.shape)
    """)
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=300)[0] == "interrupted (16, 16, 16)\n"


@pytest.mark.parametrize("count", [0, -5, 20000, 10**6, 10**30, 1.5, "many", True])
def test_numbers_of_threads_and_calls_are_checked_as_on_the_command_line(bright, count):
    for name in ("threads", "at_once"):
        with pytest.raises(flowrun.FlowrunError, match=f"{name} is a whole number from 1 to 1024"):
            bright.session(**{name: count})


def test_what_no_session_is_opened_with_is_a_sentence(bright):
    for options, sentence in (
        ({"device": "gpu"}, "device is 'auto', 'cpu', 'cuda' or 'cuda:<number>', not 'gpu'"),
        ({"device": None}, "not None"),
        ({"changing": "above"}, r"as in changing=\['above'\]"),
        ({"cache": 5}, "cache is a path, not 5"),
        ({"out": 5.0}, "out is a path"),
    ):
        with pytest.raises(flowrun.FlowrunError, match=sentence):
            bright.session(**options)
    with pytest.raises(flowrun.FlowrunError, match="no value of a parameter"):
        flowrun.load(bright.file, above=None)


def test_odd_calls_are_sentences(bright):
    image = flowrun.Volume(np.zeros((2, 2, 2)))
    with bright.session(changing=["above"]) as session:
        for calls in ({"image": image}, [image], None):
            with pytest.raises(flowrun.FlowrunError, match="run_all takes a list of calls"):
                session.run_all(calls)
        for value in (True, "10", None):
            with pytest.raises(flowrun.FlowrunError, match="'above' is number; found"):
                session.run(image=image, above=value)


def test_an_input_may_be_called_self(tmp_path):
    graph = flowrun.GraphBuilder("odd")
    image = graph.packet("self", "flowrun.volume/1", "An image")
    graph.output("mask", graph.node("cut", "segment.threshold", {"volume": image}, above=0).mask)
    with graph.save(tmp_path / "odd.json").session() as session:
        assert session.run(self=flowrun.Volume(np.ones((2, 2, 2)))).mask.data.all()
