"""What the tests share. The package is that of the build folder: PYTHONPATH names it."""

import os
import sys
from pathlib import Path

import pytest

import flowrun

os.environ["FLOWRUN_PYTHON"] = sys.executable  # of the program too, whatever python3 is
SOURCE = Path(os.environ["FLOWRUN_SOURCE_DIR"])


@pytest.fixture(scope="session")
def heads(tmp_path_factory):
    """A session that makes heads of 40 x 48 x 40 voxels, 4 mm."""
    graph = flowrun.GraphBuilder("heads")
    seed = graph.value("seed", "integer", "Another seed is another head")
    head = graph.node("head", "phantom.head", seed=seed, size=[40, 48, 40], spacing=[4, 4, 4])
    for name in ("flair", "pd", "t2", "t1", "lesions"):
        graph.output(name, head[name])
    with graph.save(tmp_path_factory.mktemp("heads") / "heads.json").session(threads=1) as session:
        yield session


@pytest.fixture
def bright(tmp_path):
    """The graph of docs/embedding.md, built in Python: the voxels of an image above a number."""
    graph = flowrun.GraphBuilder("bright", "The bright voxels of an image")
    image = graph.packet("image", "flowrun.volume/1", "An image")
    above = graph.parameter("above", "number", default=10, help="A voxel above this is bright")
    cut = graph.node("cut", "segment.threshold", {"volume": image}, above=above)
    graph.output("mask", cut.mask)
    return graph.save(tmp_path / "bright.json")
