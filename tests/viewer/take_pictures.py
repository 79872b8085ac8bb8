#!/usr/bin/env python3
"""Takes the pictures of the documents (docs/images/report.png, viewer.png, viewer_beside.png, comparison.png): a cohort of artificial
heads and a sweep are run, and their pages are photographed in headless Chromium.

    take_pictures.py flowrun [--images DIR] [--keep DIR]
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

from browser import Browser

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SIZE = "182,218,182"


def graph(models):
    """The demo with everything written that the viewer can show."""
    demo = json.loads((SOURCE / "graphs/demo.json").read_text())
    for node in demo["nodes"].values():
        if node["type"].startswith("graph:"):
            node["type"] = "graph:" + str(SOURCE / "graphs" / node["type"][6:])
    write = lambda kind, port, source, name: {"type": f"io.write_{kind}", "inputs": {port: source},
                                              "params": {"path": "${out}/${case}_" + name + ".nii.gz"}}
    demo["parameters"]["models"]["default"] = str(models)
    demo["nodes"] |= {
        "labels": {"type": "segment.label_lesions", "inputs": {"mask": "fuse.mask"}},
        "lesions": {"type": "report.lesions", "inputs": {"labels": "labels.labels", "probability": "fuse.probability"}},
        "write_table": {"type": "report.write_table", "inputs": {"table": "lesions.table"},
                        "params": {"path": "${out}/${case}_lesions.csv"}},
        "write_flair": write("volume", "volume", "head.flair", "flair"),
        "write_t1": write("volume", "volume", "head.t1", "t1"),
        "write_probability": write("volume", "volume", "fuse.probability", "probability"),
        "write_labels": write("labels", "labels", "labels.labels", "labels"),
    }
    demo["inputs"] = {"seed": demo["parameters"].pop("seed")}
    demo["inputs"]["seed"].pop("default")
    return demo


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun", type=os.path.abspath)
    parser.add_argument("--images", type=pathlib.Path, default=SOURCE / "docs/images")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the runs in this folder, and use those that are there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flowrun-pictures-") as scratch:
        folder = (options.keep or pathlib.Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "heads.json").write_text(json.dumps(graph(SOURCE / "graphs/models/phantom")))
        (folder / "cases.csv").write_text("case,seed\n" + "".join(f"head{seed},{seed}\n" for seed in range(1, 4)))
        call = lambda *words: subprocess.run([options.flowrun, *words], cwd=folder, check=True)
        call("run", "heads.json", "--cases", "cases.csv", "--out", "small", "--quiet", "--resume", "--set", "size=61,73,61", "--set", "spacing=3,3,3")
        one = ["run", "heads.json", "--case-name", "head1", "--in", "seed=1", "--quiet", "--resume", "--set", f"size={SIZE}", "--set", "spacing=1,1,1"]
        call(*one, "--out", "threshold_0.5")
        call(*one, "--out", "threshold_0.9", "--set", "final_threshold=0.9")
        call("view", "small")
        call("view", "threshold_0.5")
        call("run", SOURCE / "graphs/demo.json", "--sweep", "final_threshold=0.3,0.5", "--out", "sweep", "--quiet", "--resume")
        call("compare", "sweep/final_threshold=0.3", "sweep/final_threshold=0.5", "--page", "comparison.html")
        with Browser(1240, 1440) as browser:
            browser.open(folder / "comparison.html")
            browser.until("document.querySelector('figure img')")
            browser.picture(options.images / "comparison.png")
        with Browser(1240, 1180) as browser:
            browser.open(folder / "small/report.html")
            browser.until("document.querySelector('#table')")
            browser.picture(options.images / "report.png")
        shown = "for (const v of views) for (const l of v.layers) l.visible = %s; showLayers(); goToRow(0); draw()"
        with Browser(1400, 900) as browser:
            page = folder / "threshold_0.5/flowrun/viewer/head1.html"
            browser.open(page)
            browser.until("document.body.dataset.ready")
            browser.value(shown % "l.kind === 'mask' || l.kind === 'labels'")
            browser.settle()
            browser.picture(options.images / "viewer.png")
            call("view", "threshold_0.5", "--beside", "threshold_0.9")
            browser.ask("Emulation.setDeviceMetricsOverride", width=1400, height=1250, deviceScaleFactor=1, mobile=False)
            browser.open(page)
            browser.until("document.body.dataset.ready")
            browser.value(shown % "l.kind === 'probability'")
            browser.settle()
            browser.picture(options.images / "viewer_beside.png")


if __name__ == "__main__":
    main()
