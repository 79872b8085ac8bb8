#!/usr/bin/env python3
"""What a node in Python costs beside its own work, on a 1 mm head.

    tests/bench/python_node.py FLOWRUN FLAIR [--firings 20]

Two nodes, one that gives its image back and one with SciPy's Gaussian filter into `volume.empty()`, each measured by the engine (busy
time of a firing, from the records) and in Python (time of the work alone). Their difference is what the way there and back costs. One
case after the other, one thread; the first two firings start the worker and are left out. Needs numpy and scipy for FLOWRUN_PYTHON.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

PLUGIN = '''
import time
from scipy.ndimage import gaussian_filter
from flowrun.plugin import Input, Output, Volume, node, plugin

plugin(version="1.0.0", licence="Apache-2.0")

@node(inputs={"volume": Input(Volume, "Any image")}, outputs={"volume": Output(Volume, "The same")})
def same(context, volume):
    """An image given back

    Nothing is done.
    """
    context.report("work_s", 0.0)
    return volume

@node(inputs={"volume": Input(Volume, "Any image")}, outputs={"volume": Output(Volume, "The smoothed image")})
def smooth(context, volume):
    """An image smoothed by a Gaussian

    By scipy.ndimage.gaussian_filter.
    """
    result = volume.empty()
    begin = time.perf_counter()
    gaussian_filter(volume.data, 1.0, output=result)
    context.report("work_s", time.perf_counter() - begin)
    return volume.like(result)
'''

GRAPH = {
    "format": 1,
    "name": "bench",
    "inputs": {"flair": {"type": "path"}},
    "nodes": {
        "read": {"type": "io.read_volume", "params": {"path": "${flair}"}},
        "same": {"type": "bench_nodes.same", "inputs": {"volume": "read.volume"}},
        "smooth": {"type": "bench_nodes.smooth", "inputs": {"volume": "read.volume"}},
        "after_same": {"type": "intensity.quantiles", "inputs": {"volume": "same.volume"}},
        "after_smooth": {"type": "intensity.quantiles", "inputs": {"volume": "smooth.volume"}},
    },
}


def records(options, folder):
    (folder / "bench_nodes.py").write_text(PLUGIN)
    (folder / "graph.json").write_text(json.dumps(GRAPH))
    rows = [f"c{i:03},{options.flair.absolute()}" for i in range(options.firings + 2)]
    (folder / "cases.csv").write_text("\n".join(["case,flair", *rows]) + "\n")
    command = [options.flowrun, "run", folder / "graph.json", "--plugin-path", folder, "--cases", folder / "cases.csv", "--out", folder / "out",
               "--threads", 1, "--cases-in-flight", 1, "--quiet", "--no-report", "--no-cache"]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return [json.loads(file.read_text()) for file in sorted((folder / "out/flowrun/cases").glob("*.json"))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun")
    parser.add_argument("flair", type=pathlib.Path)
    parser.add_argument("--firings", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = records(options, pathlib.Path(folder))[2:]
    for name in ("same", "smooth"):
        busy = [1000 * node["busy_s"] for one in found for node in one["graph"]["nodes"] if node["id"] == name]
        work = [1000 * report["value"] for one in found for report in one["reports"] if report["node"] == name]
        beside = [whole - part for whole, part in zip(busy, work)]
        print(f"{name:7s} firing {statistics.median(busy):7.1f} ms   work {statistics.median(work):7.1f} ms   "
              f"beside the work {statistics.median(beside):5.1f} ms ({min(beside):.1f} to {max(beside):.1f})")


if __name__ == "__main__":
    main()
