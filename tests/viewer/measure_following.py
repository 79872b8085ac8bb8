#!/usr/bin/env python3
"""How soon an open page of flowrun watch shows an edit: a made-up head of 1 mm, segmented by the demo's networks. The graph is saved
with another final threshold, again and again; printed are the seconds until the page has the new mask, and until it is drawn.

    measure_following.py flowrun [--edits N] [--small] [--keep DIR]
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

from browser import Browser
from take_pictures import SIZE, SOURCE, graph

MASK = "views[0].layers.find(l => l.file.endsWith('_lesions.nii.gz'))"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun", type=os.path.abspath)
    parser.add_argument("--edits", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="a head of 3 mm")
    parser.add_argument("--keep", type=pathlib.Path, help="keep what is made in this folder, and use what is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flowrun-following-") as scratch:
        folder = (options.keep or pathlib.Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        edited = graph(SOURCE / "graphs/models/phantom")
        save = lambda: (folder / "head.json").write_text(json.dumps(edited))
        save()
        size = ["--set", "size=61,73,61", "--set", "spacing=3,3,3"] if options.small else ["--set", f"size={SIZE}", "--set", "spacing=1,1,1"]
        words = [options.flowrun, "watch", "head.json", "--in", "seed=1", "--case-name", "head", "--out", "look", "--cache", "kept", *size]
        with open(folder / "said", "w", encoding="utf-8") as said:
            watch = subprocess.Popen(words, cwd=folder, stdout=said, stderr=subprocess.STDOUT)
        try:
            page = folder / "look/flowrun/viewer/head.html"
            while "; watching" not in (folder / "said").read_text() or not page.exists():
                time.sleep(0.1)
            with Browser() as browser:
                browser.open(page)
                browser.until("document.body.dataset.ready === 'yes'")
                for edit in range(options.edits):
                    time.sleep(6)  # the run before has ended
                    before = browser.value(MASK + ".data")
                    edited["parameters"]["final_threshold"]["default"] = round(0.3 + 0.05 * edit, 3)
                    begun = time.monotonic()
                    save()
                    browser.until(f"{MASK}.data !== '{before}'")
                    shown = time.monotonic() - begun
                    browser.settle()
                    print(f"mask on the page after {shown:.2f} s, drawn after {time.monotonic() - begun:.2f} s", flush=True)
        finally:
            watch.terminate()
            watch.wait()


if __name__ == "__main__":
    main()
