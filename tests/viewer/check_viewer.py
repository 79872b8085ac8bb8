#!/usr/bin/env python3
"""The viewer page in headless Chromium: orientation of images of any axes, scrolling, layers, a click on a lesion, rating and its
export, two runs side by side, a narrow page, names that try to be markup, images that cannot be read. Ends with status 77, and says why,
where there is no Chromium or NiBabel.

    check_viewer.py flowrun [--only NAME]
"""

import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from browser import SKIPPED, Browser, find_browser

try:
    import nibabel
    import numpy
except ImportError:
    nibabel = None

GRAPH = """{ "format": 1, "name": "look", "inputs": { "image": { "type": "path" }, "mask": { "type": "path" } }, "nodes": {
  "read": { "type": "io.read_volume", "params": { "path": "${image}" } },
  "read_mask": { "type": "io.read_mask", "params": { "path": "${mask}" } },
  "labels": { "type": "segment.label_lesions", "inputs": { "mask": "read_mask.mask" } },
  "lesions": { "type": "report.lesions", "inputs": { "labels": "labels.labels" } },
  "write_mask": { "type": "io.write_mask", "inputs": { "mask": "read_mask.mask" }, "params": { "path": "${out}/${case}_mask.nii.gz" } },
  "write_labels": { "type": "io.write_labels", "inputs": { "labels": "labels.labels" }, "params": { "path": "${out}/${case}_labels.nii.gz" } },
  "write_table": { "type": "report.write_table", "inputs": { "table": "lesions.table" }, "params": { "path": "${out}/${case}.csv" } } } }"""

# The head: 60 x 70 x 50 mm around 0 in RAS, with a bright ball on the left, in front, above; a darker one on the right, behind, below.
BRIGHT, DARK = (-15.0, 20.0, 12.0), (14.0, -18.0, -9.0)


def affine_of(axes, spacing, tilt=0.0):
    """Columns are voxel axes that run to the sides named by `axes`, such as "LAS"; turned about z by `tilt` degrees."""
    sides = {"R": (0, 1), "L": (0, -1), "A": (1, 1), "P": (1, -1), "S": (2, 1), "I": (2, -1)}
    affine = numpy.eye(4)
    affine[:3, :3] = 0
    for column, side in enumerate(axes):
        world, sign = sides[side]
        affine[world, column] = sign * spacing[column]
    c, s = numpy.cos(numpy.radians(tilt)), numpy.sin(numpy.radians(tilt))
    affine[:3, :3] = numpy.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ affine[:3, :3]
    return affine


def make_case(folder, name, axes="RAS", spacing=(1, 1, 1), tilt=0.0):
    affine = affine_of(axes, spacing, tilt)
    extent = {"R": 60, "L": 60, "A": 70, "P": 70, "S": 50, "I": 50}
    size = [int(extent[side] / step) for side, step in zip(axes, spacing)]
    affine[:3, 3] = -affine[:3, :3] @ ((numpy.array(size) - 1) / 2)
    grid = numpy.stack(numpy.meshgrid(*map(numpy.arange, size), indexing="ij"), -1) @ affine[:3, :3].T + affine[:3, 3]
    ball = lambda at: numpy.linalg.norm(grid - numpy.array(at), axis=-1) < 6
    image = 100.0 + numpy.random.default_rng(1).normal(0, 3, size)
    image[ball(BRIGHT)], image[ball(DARK)] = 400, 20
    mask = (ball(BRIGHT) | ball(DARK)).astype(numpy.uint8)
    nibabel.Nifti1Image(image.astype(numpy.float32), affine).to_filename(folder / f"{name}_image.nii.gz")
    nibabel.Nifti1Image(mask, affine).to_filename(folder / f"{name}_mask.nii.gz")


class Scene:
    """Cases, their run, and their pages."""

    def __init__(self, flowrun, folder):
        self.flowrun, self.folder = flowrun, folder
        (folder / "look.json").write_text(GRAPH)

    def call(self, *words, status=0):
        ended = subprocess.run([self.flowrun, *words], cwd=self.folder, capture_output=True, text=True, check=False)
        assert ended.returncode == status, (words, ended.returncode, ended.stdout, ended.stderr)
        return ended

    def run(self, names, out="out", images=None):
        with open(self.folder / "cases.csv", "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["case", "image", "mask"])
            table.writerows([name, (images or {}).get(name, f"{i}_image.nii.gz"), f"{i}_mask.nii.gz"] for i, name in enumerate(names))
        self.call("run", "look.json", "--cases", "cases.csv", "--out", out, "--quiet")

    def page(self, name, out="out"):
        return self.folder / out / "flowrun/viewer" / f"{name}.html"


def open_viewer(browser, page):
    browser.open(page)
    browser.until("document.body.dataset.ready")
    assert browser.value("document.body.dataset.ready") == "yes", browser.value("document.body.innerText")
    assert not browser.faults, browser.faults


def text(browser, selector):
    return browser.value(f"document.querySelector({json.dumps(selector)}).innerText")


def ras(browser):
    return [float(x) for x in text(browser, "#ras").split(",")]


def brightest(browser, plane):
    """Where the brightest pixels of a plane lie: across and down, 0 to 1. Without crosshair and letters."""
    return browser.value("""(() => { const c = document.querySelectorAll(".plane canvas")[%d], w = c.width, h = c.height;
      const d = views[0].planes[%d].picture.data; let n = 0, x = 0, y = 0;
      for (let i = 0; i < w * h; ++i) if (d[4 * i] > 230 && d[4 * i + 2] > 230) { ++n; x += i %% w; y += Math.floor(i / w); }
      return n ? [x / n / w, y / n / h] : null; })()""" % (plane, plane))


def check_orientation(scene):
    axes = [("RAS", (1, 1, 1), 0), ("LAS", (1, 1, 1), 0), ("LPI", (1, 1, 2), 0), ("SRP", (2, 1, 1), 0), ("AIL", (1, 1.5, 1), 0),
            ("RAS", (1, 1, 1), 14), ("PSR", (1, 1, 1), -11)]
    for i, one in enumerate(axes):
        make_case(scene.folder, str(i), *one)
    names = [f"{'_'.join(map(str, one[::2]))}" for one in axes]
    scene.run(names)
    scene.call("view", "out")
    with Browser() as browser:
        for name, (_, spacing, _) in zip(names, axes):
            open_viewer(browser, scene.page(name))
            browser.key("o")  # no outline
            browser.value("goToRow(table.rows.findIndex(r => r.point && r.point[0] > 0))")  # LPS: the bright one is on the left
            browser.settle()
            off = max(abs(a - b) for a, b in zip(ras(browser), BRIGHT))
            assert off <= max(spacing), (name, ras(browser))
            sides = text(browser, "#sides")
            assert "left" in sides and "anterior" in sides and "superior" in sides, (name, sides)
            letters = browser.value("[...document.querySelectorAll('.plane canvas')].map(c => c.dataset.letters)")
            assert letters == ["RLAP", "RLSI", "APSI"], (name, letters)  # left, right, top, bottom of each plane
            browser.value("wholeImage()")
            browser.settle()
            axial, coronal, sagittal = (brightest(browser, plane) for plane in range(3))
            assert axial[0] > 0.55 and axial[1] < 0.45, (name, "axial", axial)  # radiological: left is on the right; anterior is up
            assert coronal[0] > 0.55 and coronal[1] < 0.45, (name, "coronal", coronal)
            assert sagittal[0] < 0.45 and sagittal[1] < 0.45, (name, "sagittal", sagittal)
            browser.key("f")
            letters = browser.value("[...document.querySelectorAll('.plane canvas')].map(c => c.dataset.letters)")
            assert letters == ["LRAP", "LRSI", "APSI"], (name, letters)
            assert brightest(browser, 0)[0] < 0.45 and "neurological" in text(browser, "#convention"), name
            notes = text(browser, "#notes")
            assert ("degrees from the body's" in notes) == ("14" in name or "11" in name), (name, notes)


def check_looking(scene):
    make_case(scene.folder, "0", "LAS")
    scene.run(["p1"])
    scene.call("view", "out", "p1")
    assert './flowrun/viewer/p1.html' in (scene.folder / "out/report.html").read_text()
    with Browser() as browser:
        open_viewer(browser, scene.page("p1"))
        first = ras(browser)
        browser.wheel(".plane canvas", -120)  # two slices up
        assert [round(b - a) for a, b in zip(first, ras(browser))] == [0, 0, 2], (first, ras(browser))
        browser.key("PageDown")
        assert round(ras(browser)[2] - first[2]) == 1, "PageDown goes a slice down"
        browser.key("ArrowRight")  # to the patient's left, where x of RAS is smaller
        assert round(ras(browser)[0] - first[0]) == -1, (first, ras(browser))
        browser.click(".plane canvas", 0.75, 0.25)
        x, y, _ = ras(browser)
        assert x < -5 and y > 5, "a click on the right, at the top, of the axial plane is left, in front"
        # The row of the lesion that is on the right side: the crosshair and the slices go there, and the label is that of the row.
        row = browser.value("table.rows.findIndex(r => r.point && r.point[0] < 0)") + 1
        browser.click(f"#lesions tbody tr:nth-child({row})")
        assert max(abs(a - b) for a, b in zip(ras(browser), DARK)) <= 1, ras(browser)
        assert browser.value(f"document.querySelector('#lesions tbody tr:nth-child({row})').className") == "here"
        label = browser.value(f"table.rows[{row - 1}].label")
        readout = text(browser, "#readout").split("\n")
        assert label in readout and "inside" in readout, readout
        # Layers: the outline is there and goes; labels come.
        coloured = "(() => { const d = views[0].planes[0].picture.data; let n = 0; for (let i = 0; i < d.length; i += 4)" \
                   "if (d[i] !== d[i + 2]) ++n; return n; })()"
        outlined = browser.value(coloured)
        assert outlined > 20, outlined
        browser.key("o")
        assert browser.value(coloured) == 0
        browser.key("o")
        number = browser.value("views[0].layers.findIndex(l => l.kind === 'labels')") + 1
        assert number > 0, "there is no layer of labels"
        browser.key(str(number))
        assert browser.value(coloured) > 2 * outlined, "labels fill their regions"
        kinds = browser.value("views[0].layers.map(l => l.kind)")
        assert kinds == ["image", "mask", "mask", "labels"], kinds
        before = browser.value("views[0].base.window.join()")
        box = browser.box(".plane canvas")
        browser.mouse("mousePressed", box[0] + 50, box[1] + 50, button="right", clickCount=1)
        browser.mouse("mouseMoved", box[0] + 120, box[1] + 70, button="right", buttons=2)
        browser.mouse("mouseReleased", box[0] + 120, box[1] + 70, button="right", clickCount=1)
        browser.settle()
        assert browser.value("views[0].base.window.join()") != before
        browser.key("w")
        assert browser.value("views[0].base.window.join()") == before
        browser.key("+")
        assert browser.value("state.zoom") > 1
        browser.key("?")
        assert "next slice" in text(browser, "#help") and not browser.value("document.querySelector('#help').hidden")
        browser.key("Escape")
        assert browser.value("document.querySelector('#help').hidden")
        assert not browser.faults, browser.faults


def check_rating(scene):
    names = ["sub-01_ses-2", "sub-02"]
    for i in range(2):
        make_case(scene.folder, str(i), spacing=(2, 2, 2))
    scene.run(names)
    scene.call("view", "out")
    downloads = scene.folder / "downloads"
    downloads.mkdir()
    with Browser(downloads=downloads) as browser:
        open_viewer(browser, scene.page("sub-01_ses-2"))
        browser.key("p")
        browser.click("#note")
        browser.ask("Input.insertText", text="=moved a\tlittle")
        open_viewer(browser, scene.page("sub-02"))
        browser.click("input[name=rating][value=fail]")
        open_viewer(browser, scene.page("sub-01_ses-2"))  # kept
        assert browser.value("document.querySelector('input[name=rating]:checked').value") == "pass"
        assert browser.value("document.querySelector('#note').value") == "=moved a\tlittle"
        assert text(browser, "#rated") == "2 of this run rated"
        browser.click("#export")
        file = downloads / "ratings.tsv"
        browser.until("true")
        for _ in range(100):
            if file.exists():
                break
            browser.value("new Promise(done => setTimeout(done, 50))")
        rows = [line.split("\t") for line in file.read_text().splitlines()]
        assert rows[0] == ["case", "participant_id", "session_id", "rating", "note", "rated"], rows
        assert rows[1][:5] == ["sub-01_ses-2", "sub-01", "ses-2", "pass", "'=moved a little"], rows
        assert rows[2][:5] == ["sub-02", "sub-02", "n/a", "fail", "n/a"], rows
    scene.call("run", "look.json", "--cases", "cases.csv", "--out", "again", "--only", f"@{file}:pass", "--quiet")
    assert [path.stem for path in (scene.folder / "again/flowrun/cases").glob("*.json")] == ["sub-01_ses-2"]


def check_beside(scene):
    make_case(scene.folder, "0", "RAS")
    scene.run(["p1"], "first")
    make_case(scene.folder, "0", "LPS", (2, 2, 2))
    scene.run(["p1"], "second")
    scene.call("view", "first", "p1", "--beside", "second")
    with Browser() as browser:
        open_viewer(browser, scene.page("p1", "first"))
        assert browser.value("document.querySelectorAll('.run').length") == 2
        assert "first" in text(browser, "#title") and "second" in text(browser, "#title")
        browser.click(".plane canvas", 0.7, 0.3)
        at = "views.map(v => { const w = v.voxelAt(state.cross).map(Math.round); return toWorld(v.base.affine, w); })"
        one, other = browser.value(at)
        assert max(abs(a - b) for a, b in zip(one, other)) <= 1.01, (one, other)
        assert not browser.faults, browser.faults


def check_hostile(scene):
    evil = "<script>alert(1)<!--'\"&lt;"
    make_case(scene.folder, "0", spacing=(2, 2, 2))
    make_case(scene.folder, "1", spacing=(2, 2, 2))
    (scene.folder / "0_image.nii.gz").rename(scene.folder / f"{evil}.nii.gz")
    scene.run(["p1", "p2"], images={"p1": f"{evil}.nii.gz"})
    (scene.folder / "out/p2_mask.nii.gz").write_bytes(b"no image")
    (scene.folder / "out/p2_labels.nii.gz").unlink()
    (scene.folder / "out/p2.csv").write_text("case,lesion,x_mm_ras,y_mm_ras,z_mm_ras\n</script><b>p2,1,1,2,3\nx,2,,nan,1e999\n")
    said = scene.call("view", "out", status=1).stderr
    assert "case 'p2': p2_mask.nii.gz: " in said and "p2_labels.nii.gz: it does not exist any more" in said, said
    scene.call("view", "out", "p1", "--layer", f"</script><b>{evil}=1_image.nii.gz")
    with Browser() as browser:
        open_viewer(browser, scene.page("p1"))
        assert browser.value("page.layers[0].file").endswith(evil + ".nii.gz")
        assert f"</script><b>{evil}" in text(browser, "#layers"), text(browser, "#layers")
        open_viewer(browser, scene.page("p2"))
        notes = text(browser, "#notes")
        assert "p2_mask.nii.gz: " in notes and "p2_labels.nii.gz: it does not exist any more" in notes, notes
        assert "</script><b>p2" in text(browser, "#lesions")
        browser.click("#lesions tbody tr:nth-child(2)")  # a place that is no place: nothing happens
        browser.click("#lesions tbody tr:nth-child(1)")
        assert max(abs(a - b) for a, b in zip(ras(browser), (1, 2, 3))) <= 1, ras(browser)
        for layer in scene.folder.glob("*_image.nii.gz"):
            layer.unlink()
        for file in (scene.folder / "out").glob("*.nii.gz"):
            file.unlink()
        scene.folder.joinpath("1_mask.nii.gz").unlink()
        scene.call("view", "out", "p2", status=1)
        browser.open(scene.page("p2"))
        browser.until("document.body.dataset.ready")
        assert "there is no image of this case" in text(browser, "#views"), text(browser, "#views")
    assert "no case of 'out' is 'p3'; did you mean" in scene.call("view", "out", "p3", status=2).stderr


def check_narrow(scene):
    """On a narrow page no word lies over another. A file that is a layer already is none again."""
    make_case(scene.folder, "0", spacing=(0.5, 0.5, 0.5))
    scene.run(["p1"])
    scene.call("view", "out", "p1", "--layer", "again=0_mask.nii.gz")
    with Browser(420, 900) as browser:
        open_viewer(browser, scene.page("p1"))
        assert browser.value("views[0].layers.map(l => l.name)") == ["image", "mask", "p1_mask.nii.gz", "p1_labels.nii.gz"]
        words = browser.value("[...document.querySelectorAll('.plane figcaption span')].map(s => s.getBoundingClientRect())"
                              ".map(b => [b.left, b.top, b.right, b.bottom])")
        assert len(words) == 6 and all(one[2] <= 420 for one in words), words
        over = [(a, b) for a in words for b in words if a != b and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]]
        assert not over, over
        assert browser.value("document.documentElement.scrollWidth") == 420


def check_size(scene):
    """An image above the room of a page is coarser, keeps its place, and that is said."""
    size = (420, 420, 300)  # 53 million voxels
    affine = affine_of("RAS", (0.5, 0.5, 0.7))
    image = numpy.zeros(size, numpy.uint8)
    part = image[::3, ::5, ::7]
    part[:] = numpy.random.default_rng(1).integers(1, 200, part.shape)
    image[100:130, 300:330, 200:220] = 255
    nibabel.Nifti1Image(image, affine).to_filename(scene.folder / "0_image.nii.gz")
    nibabel.Nifti1Image((image == 255).astype(numpy.uint8), affine).to_filename(scene.folder / "0_mask.nii.gz")
    scene.run(["p1"])
    scene.call("view", "out", "p1")
    assert scene.page("p1").stat().st_size < 33 << 20
    with Browser() as browser:
        open_viewer(browser, scene.page("p1"))
        assert "voxels are shown as one, so that the page stays small" in text(browser, "#notes"), text(browser, "#notes")
        browser.click("#lesions tbody tr")
        middle = (affine @ [114.5, 314.5, 209.5, 1])[:3]
        assert max(abs(a - b) for a, b in zip(ras(browser), middle)) < 1.5, (ras(browser), middle)
        assert "inside" in text(browser, "#readout").split("\n")


CHECKS = {name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")}


def missing_parts():
    if not find_browser():
        return "there is no Chromium; on Debian: apt-get install chromium"
    return "" if nibabel else "there is no NiBabel"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun")
    parser.add_argument("--only", choices=sorted(CHECKS))
    options = parser.parse_args()
    if missing_parts():
        print(f"SKIPPED: {missing_parts()}")
        sys.exit(SKIPPED)
    for name in [options.only] if options.only else CHECKS:
        with tempfile.TemporaryDirectory(prefix="flowrun-viewer-") as folder:
            CHECKS[name](Scene(os.path.abspath(options.flowrun), pathlib.Path(folder)))
        print(f"check_viewer: {name}: ok")


if __name__ == "__main__":
    main()
