"""Where flowrun's program, plugins and graphs are."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import List, Optional, Sequence, Union

from .errors import FlowrunError

PathLike = Union[str, "os.PathLike[str]"]


def path_text(value: PathLike, name: str) -> str:
    """A path as text. Raises FlowrunError."""
    try:
        return os.fsdecode(value)
    except (TypeError, UnicodeError):
        raise FlowrunError(f"{name} is a path, not {value!r:.60}") from None


def _package() -> Path:
    return Path(os.path.abspath(__file__)).parent  # not what a link in a build folder leads to


def prefix() -> Optional[Path]:
    """The folder with bin/flowrun and lib/flowrun/plugins: FLOWRUN_PREFIX, the one in this package (as the wheel has it), the one
    that this package lies in, the one that it was built against, or that of the program `flowrun` on PATH."""
    here = _package()
    candidates = [os.environ.get("FLOWRUN_PREFIX", ""), str(here / "installed")]
    candidates.append(str(here.parents[3]) if len(here.parents) > 3 else "")
    built = here / "prefix.txt"
    candidates.append(built.read_text(encoding="utf-8").strip() if built.is_file() else "")
    program_on_path = shutil.which("flowrun")
    candidates.append(str(Path(program_on_path).resolve().parents[1]) if program_on_path else "")
    for folder in candidates:
        if folder and (Path(folder) / "lib/flowrun/plugins").is_dir():
            return Path(folder)
    return None


def program(name: str = "flowrun") -> Path:
    """The program flowrun, or another one of its installation. Raises FlowrunError."""
    folder = prefix()
    places = [folder / "bin" / name, folder / "libexec/flowrun" / name] if folder else []
    for place in places:
        if place.is_file():
            return place
    raise FlowrunError(f"the program '{name}' is missing; set FLOWRUN_PREFIX to the folder where flowrun is installed")


def graph_folder() -> Path:
    """The graphs that come with flowrun. Raises FlowrunError."""
    folder = prefix()
    places = [folder / "share/flowrun/graphs", folder.parent.parent / "graphs"] if folder else []  # installed; of a source tree
    for place in places:
        if (place / "graph.schema.json").is_file():
            return place
    raise FlowrunError("the graphs of flowrun are missing; set FLOWRUN_PREFIX to the folder where flowrun is installed")


def _torch_elsewhere() -> Optional[Path]:
    """LibTorch's folder, where the wheel's libraries do not find it by themselves: torch lies in another folder than flowrun."""
    package = _package()
    if not (package / "installed").is_dir() or (package.parent / "torch/lib").is_dir():
        return None
    torch = importlib.util.find_spec("torch")
    return Path(torch.origin).parent / "lib" if torch and torch.origin else None


def prepare() -> None:
    """Puts into the environment what flowrun's programs look for there: the Python that runs nodes in Python, this package, and
    LibTorch."""
    os.environ.setdefault("FLOWRUN_PYTHON", sys.executable)
    os.environ.setdefault("FLOWRUN_PYTHON_FOLDER", str(_package().parent))
    torch, known = _torch_elsewhere(), os.environ.get("LD_LIBRARY_PATH", "")
    if torch and str(torch) not in known.split(":"):
        os.environ["LD_LIBRARY_PATH"] = f"{torch}:{known}" if known else str(torch)


def plugin_paths(given: Sequence[PathLike] = ()) -> List[str]:
    """The plugins named, in the order in which flowrun looks: those given, then the installed ones."""
    folder = prefix()
    prepare()
    torch = _torch_elsewhere()
    if torch and (torch / "libtorch.so").is_file():
        ctypes.CDLL(str(torch / "libtorch.so"))  # plugins that need it then find it: it is loaded
    if folder and not os.environ.get("FLOWRUN_MANIFEST_PROGRAM"):
        for place in (folder / "bin/flowrun_manifest", folder / "libexec/flowrun/flowrun_manifest"):
            if place.is_file():
                os.environ["FLOWRUN_MANIFEST_PROGRAM"] = str(place)
    installed = [str(folder / "lib/flowrun/plugins")] if folder else []
    return [os.fspath(path) for path in given] + installed
