"""Makes the wheel of an installed flowrun:  make_wheel.py INSTALLED DIST, by the Python that it is for, beside its torch.

The package has the folder `installed` with the program, the plugins and the graphs. auditwheel copies the libraries that they
link into flowrun.libs, under names that meet no others in a process. LibTorch stays outside, in the package torch of the same
site-packages.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import torch

SOURCES = Path(__file__).resolve().parents[3]
TORCH_FOLDER = Path(torch.__file__).parent / "lib"
# What the wheel leaves to the package torch.
LEFT_OUT = ("libtorch*", "libc10*")
# What is compiled into programs and plugins, beside the libraries that they link.
COMPILED_IN = ("libboost1.74-dev", "nlohmann-json3-dev", "libcli11-dev")


def run(*words) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"wheel: {' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout


def version() -> str:
    return re.search(r"project\(flowrun VERSION ([0-9.]+)", (SOURCES / "CMakeLists.txt").read_text()).group(1)


def tag() -> str:
    return f"cp{sys.version_info.major}{sys.version_info.minor}"


def write_metadata(folder: Path) -> None:
    folder.mkdir()
    minor = ".".join(torch.__version__.split(".")[:2])
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: flowrun\nVersion: {version()}\n"
        "Summary: Graphs of image-processing nodes over medical volumes: the program, its plugins and graphs, and the package\n"
        f"License: Apache-2.0\nRequires-Python: >={sys.version_info.major}.{sys.version_info.minor}\n"
        f"Requires-Dist: numpy>=1.20\nRequires-Dist: torch=={minor}.*\n"
    )
    (folder / "WHEEL").write_text(
        f"Wheel-Version: 1.0\nGenerator: flowrun\nRoot-Is-Purelib: false\nTag: {tag()}-{tag()}-linux_x86_64\n"
    )
    (folder / "entry_points.txt").write_text("[console_scripts]\nflowrun = flowrun.launcher:main\n")
    (folder / "licenses").mkdir()
    shutil.copy(SOURCES / "LICENSE", folder / "licenses" / "LICENSE")


def stage(installed: Path, tree: Path) -> None:
    """What the wheel has, but for the libraries: the package, with the prefix in it. What only builds of C++ need stays away."""
    shutil.copytree(installed / "lib/flowrun/python/flowrun", tree / "flowrun", ignore=shutil.ignore_patterns("__pycache__"))
    if not any((tree / "flowrun").glob("_flowrun.*.so")):
        sys.exit("wheel: the package has no extension; Python's headers or pybind11 are missing (see CMake's output)")
    for part in ("bin", "libexec", "lib/flowrun/plugins", "share/flowrun"):
        shutil.copytree(installed / part, tree / "flowrun/installed" / part)
    for library in (tree / "flowrun/installed/lib/flowrun/plugins").glob("*.so"):
        run("patchelf", "--force-rpath", "--set-rpath", "$ORIGIN/../../../../../torch/lib", library)
    write_metadata(tree / f"flowrun-{version()}.dist-info")


def grafted(wheel: Path, into: Path) -> Path:
    """The wheel with the libraries that it links."""
    os.environ["LD_LIBRARY_PATH"] = str(TORCH_FOLDER)
    left_out = [word for pattern in LEFT_OUT for word in ("--exclude", pattern)]
    run(sys.executable, "-m", "auditwheel", "repair", *left_out, "--wheel-dir", into, wheel)
    return next(into.glob("*.whl"))


def package_of(library: str) -> str:
    """The Debian package of a library that auditwheel renamed."""
    name = re.sub(r"-[0-9a-f]{8}(?=\.)", "", library)
    known = re.findall(r"=> (\S+)$", run("ldconfig", "-p"), re.MULTILINE)
    for place in (place for place in known if name in (os.path.basename(place), os.path.basename(os.path.realpath(place)))):
        for file in (os.path.realpath(place), os.path.realpath(place).removeprefix("/usr")):
            found = subprocess.run(["dpkg-query", "-S", file], capture_output=True, text=True)
            if found.returncode == 0:
                return found.stdout.split(":")[0]
    sys.exit(f"wheel: no Debian package has the library '{name}', so its licence is unknown")


def write_licences(tree: Path) -> None:
    """Debian's copyright file of each package of which something is in the wheel, and a table that says what."""
    folder = next(tree.glob("*.dist-info")) / "licenses"
    (folder / "bundled").mkdir(parents=True, exist_ok=True)
    parts = {package: "compiled in" for package in COMPILED_IN}
    for library in sorted(path.name for path in (tree / "flowrun.libs").iterdir()):
        package = package_of(library)
        parts[package] = ", ".join(filter(None, [parts.get(package), library]))
    lines = ["This wheel has parts of these packages of Debian; the file of each name in 'bundled' has its licences.", ""]
    for package, what in sorted(parts.items()):
        asked = "${source:Package} ${source:Version}\n"
        source = run("dpkg-query", "-W", "-f", asked, package).splitlines()[0]
        shutil.copy(f"/usr/share/doc/{package}/copyright", folder / "bundled" / package)
        lines.append(f"{package}: {what} (source: {source})")
    lines.append(f"pybind11: compiled in (source: PyPI, {metadata.version('pybind11')}, BSD-3-Clause)")
    (folder / "NOTICE").write_text("\n".join(lines) + "\n")


def write_manifests(tree: Path) -> None:
    """Manifests know their library by its bytes, which auditwheel changed."""
    installed = tree / "flowrun/installed"
    for library in sorted((installed / "lib/flowrun/plugins").glob("*.so")):
        run(installed / "libexec/flowrun/flowrun_manifest", library)


def main() -> None:
    installed, dist = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        tree, first, second = (Path(scratch) / name for name in ("tree", "first", "second"))
        stage(installed, tree)
        first.mkdir()
        run(sys.executable, "-m", "wheel", "pack", "--dest-dir", first, tree)
        wheel = grafted(next(first.glob("*.whl")), second)
        run(sys.executable, "-m", "wheel", "unpack", "--dest", scratch, wheel)
        tree = Path(scratch) / f"flowrun-{version()}"
        write_manifests(tree)
        write_licences(tree)
        run(sys.executable, "-m", "wheel", "pack", "--dest-dir", dist, tree)
    made = next(dist.glob("*.whl"))
    print(f"wheel: {made} ({made.stat().st_size / 1e6:.0f} MB), for torch {torch.__version__}")


main()
