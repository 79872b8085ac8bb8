"""The wheel that ./dev wheel made, where it did: whether all is in it, and whether it finds its libraries."""

import os
import re
import subprocess
import zipfile

import pytest

from conftest import SOURCE

# What every system has by the rule of manylinux: the C and C++ libraries, zlib and expat.
OF_THE_SYSTEM = r"lib(c|m|dl|rt|pthread|resolv|util|anl|gcc_s|z|expat|stdc\+\+)\.so\.\d+|ld-linux-x86-64\.so\.2"
OF_TORCH = r"lib(torch|torch_cpu|torch_cuda|c10|c10_cuda)\.so"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    made = sorted((SOURCE / "build/wheel/dist").glob("flowrun-*.whl"))
    if not made:
        pytest.skip("no wheel was built (./dev wheel)")
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(made[0]) as wheel:
        wheel.extractall(folder)
    return folder


def dynamic(file):
    """Names of the libraries that a file needs, and its run path."""
    text = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True).stdout
    path = re.search(r"\(R(?:UN)?PATH\).*\[(.*)\]", text)
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text), path.group(1) if path else ""


def test_it_has_the_program_the_plugins_and_the_graphs(unpacked):
    installed = unpacked / "flowrun/installed"
    plugins = {path.parent.name for path in (SOURCE / "plugins").glob("*/CMakeLists.txt")}
    assert {path.stem for path in (installed / "lib/flowrun/plugins").glob("*.so")} == plugins
    assert all((installed / f"lib/flowrun/plugins/{name}.so.json").is_file() for name in plugins)
    assert (installed / "bin/flowrun").is_file() and (installed / "libexec/flowrun/flowrun_manifest").is_file()
    listed = (SOURCE / "framework/cmake/flowrun_graphs.cmake").read_text().split("set(flowrun_graph_files")[1]
    graphs = set(listed.split(")")[0].split())
    folder = installed / "share/flowrun/graphs"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == graphs
    sources = {path.name for path in (SOURCE / "apps/python/flowrun").glob("*.py")}
    assert sources <= set(os.listdir(unpacked / "flowrun")) and any((unpacked / "flowrun").glob("_flowrun.*.so"))


def test_every_library_that_it_needs_is_in_it_or_of_torch_or_the_system(unpacked):
    files = [path for path in unpacked.rglob("*") if path.is_file() and path.open("rb").read(4) == b"\x7fELF"]
    assert len(files) > 30
    for file in files:
        needed, run_path = dynamic(file)
        folders = [os.path.normpath(one.replace("$ORIGIN", str(file.parent))) for one in run_path.split(":") if one]
        assert all(folder.startswith(str(unpacked)) for folder in folders), (file, run_path)
        for name in needed:
            inside = any(os.path.isfile(os.path.join(folder, name)) for folder in folders)
            of_torch = re.fullmatch(OF_TORCH, name) and str(unpacked / "torch/lib") in folders
            assert inside or of_torch or re.fullmatch(OF_THE_SYSTEM, name), (file, name, folders)


def test_each_library_in_it_has_its_licence(unpacked):
    licences = next(unpacked.glob("*.dist-info")) / "licenses"
    notice = (licences / "NOTICE").read_text()
    packages = re.findall(r"^(\S+): .*\(source: \S+ \S+\)$", notice, re.MULTILINE)
    assert packages and all((licences / "bundled" / name).stat().st_size > 0 for name in packages)
    assert all(path.name in notice for path in (unpacked / "flowrun.libs").iterdir())
    assert (licences / "LICENSE").read_text() == (SOURCE / "LICENSE").read_text()
