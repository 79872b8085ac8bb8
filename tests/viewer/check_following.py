#!/usr/bin/env python3
"""A page of the viewer that follows flowrun watch, in headless Chromium: the new mask comes, what the person has set stays, and the
page's policy lets nothing else run. Ends with status 77, and says why, where there is no Chromium or NiBabel.

    check_following.py flowrun
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from browser import SKIPPED, Browser
from check_viewer import Scene, make_case, missing_parts, open_viewer, text

FOLLOWED = """{ "format": 1, "name": "followed", "inputs": { "image": { "type": "path" } }, "nodes": {
  "read": { "type": "io.read_volume", "params": { "path": "${image}" } },
  "mask": { "type": "segment.threshold", "inputs": { "volume": "read.volume" }, "params": { "above": ABOVE } },
  "labels": { "type": "segment.label_lesions", "inputs": { "mask": "mask.mask" } },
  "lesions": { "type": "report.lesions", "inputs": { "labels": "labels.labels" } },
  "write_mask": { "type": "io.write_mask", "inputs": { "mask": "mask.mask" }, "params": { "path": "${out}/${case}_mask.nii.gz" } },
  "write_table": { "type": "report.write_table", "inputs": { "table": "lesions.table" }, "params": { "path": "${out}/${case}.csv" } } } }"""

INSIDE = "views[0].layers.find(l => l.kind === 'mask').voxels.reduce((sum, x) => sum + x, 0)"


def refuses_scripts(browser, folder):
    """Neither a script in the page nor a file that the page did not ask for is run."""
    (folder / "evil.js").write_text("window.evil = 1")
    browser.value("""new Promise(done => {
      const inline = document.createElement("script"), file = document.createElement("script");
      inline.textContent = "window.evil = 2";
      file.src = "evil.js";
      file.onload = file.onerror = () => done(1);
      document.body.setAttribute("onclick", "window.evil = 3");
      document.head.append(inline, file);
      document.body.click();
    })""")
    assert browser.value("window.evil === undefined")
    assert any("Content Security Policy" in fault for fault in browser.faults), browser.faults
    browser.faults.clear()


def check_following(scene):
    """A page of flowrun watch takes over what a run has made; what the person does stays."""
    make_case(scene.folder, "0", "LAS")
    graph = scene.folder / "followed.json"
    save = lambda above: graph.write_text(FOLLOWED.replace("ABOVE", above))
    save("300")
    words = [scene.flowrun, "watch", "followed.json", "--in", "image=0_image.nii.gz", "--case-name", "p1", "--out", "out", "--no-cache"]
    with open(scene.folder / "said", "a", encoding="utf-8") as said:
        watch = subprocess.Popen(words, cwd=scene.folder, stdout=said, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: scene.page("p1").exists(), scene)
        with Browser() as browser:
            open_viewer(browser, scene.page("p1"))
            small, first = browser.value(INSIDE), browser.value("document.body.dataset.stamp")
            browser.click(".plane canvas", 0.6, 0.3)
            browser.key("+")
            browser.key("f")
            browser.click("#note")
            browser.ask("Input.insertText", text="half a sen")
            look = "JSON.stringify([state.cross, state.focus, state.zoom, state.radiological, views[0].base.window])"
            browser.value("views[0].base.window = [50, 250]; showLayers(); draw()")
            before = browser.value(look)
            browser.value("views[0].layers.find(l => l.kind === 'mask').opacity = 0.4")
            for broken in ("300 ]", "\"no number\""):
                save(broken)
                wait_until(lambda: "the last good results stay" in (scene.folder / "said").read_text(), scene)
                assert browser.value(INSIDE) == small and browser.value("document.body.dataset.stamp") == first
                (scene.folder / "said").write_text("")
            save("110")
            browser.until(f"{INSIDE} > {small}")
            browser.until(f"document.body.dataset.stamp !== '{first}' && table.rows.length > 1")
            assert browser.value(look) == before, (before, browser.value(look))
            assert browser.value("views[0].layers.find(l => l.kind === 'mask').opacity") == 0.4
            assert browser.value("document.activeElement.id") == "note"
            assert browser.value("document.querySelector('#note').value") == "half a sen"
            browser.ask("Input.insertText", text="tence")
            assert browser.value("document.querySelector('#note').value") == "half a sentence"
            save("300")
            browser.until(f"{INSIDE} === {small}")
            assert "follows its run" in text(browser, "#follow")
            assert not browser.faults, browser.faults
            refuses_scripts(browser, scene.page("p1").parent)
            files = sorted(path.name.split("-")[0] for path in (scene.page("p1").parent / "p1.data").iterdir())
            assert files.count("layer") <= 4 and files[-2:] == ["page.js", "stamp.js"], files
            browser.open(scene.folder / "out/report.html")  # which is loaded again
            browser.value("window.before = 1; document.querySelector('#search').value = 'p1'")
            save("200")
            browser.until("window.before === undefined && document.querySelector('#search')?.value === 'p1'")
            assert not browser.faults, browser.faults
            watch.terminate()
            watch.wait()
            open_viewer(browser, scene.page("p1"))  # the page stays usable
            assert browser.value(INSIDE) == small
    finally:
        watch.kill()
        watch.wait()
    scene.call("view", "out", "p1")
    for file in (scene.page("p1").parent / "p1.data").iterdir():
        file.unlink()
    with Browser() as browser:
        open_viewer(browser, scene.page("p1"))  # made by hand: one file


def wait_until(holds, scene, seconds=120):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, (scene.folder / "said").read_text()
        time.sleep(0.05)


def main():
    if missing_parts():
        print(f"SKIPPED: {missing_parts()}")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(prefix="flowrun-viewer-") as folder:
        check_following(Scene(os.path.abspath(sys.argv[1]), pathlib.Path(folder)))


if __name__ == "__main__":
    main()
