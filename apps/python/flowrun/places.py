"""Where flowrun's program, plugins and graphs are."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import List, Optional, Sequence, Union

from .errors import FlowrunError

PathLike = Union[str, "os.PathLike[str]"]


def prefix() -> Optional[Path]:
    """The folder with bin/flowrun and lib/flowrun/plugins: FLOWRUN_PREFIX, the one that this package lies in, the one that it was
    built against, or that of the program `flowrun` on PATH."""
    candidates = [os.environ.get("FLOWRUN_PREFIX", "")]
    here = Path(os.path.abspath(__file__)).parent  # not what a link in a build folder leads to
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
    if folder and (folder / "share/flowrun/graphs").is_dir():
        return folder / "share/flowrun/graphs"
    raise FlowrunError("the graphs of flowrun are missing; set FLOWRUN_PREFIX to the folder where flowrun is installed")


def plugin_paths(given: Sequence[PathLike] = ()) -> List[str]:
    """The plugins named, in the order in which flowrun looks: those given, then the installed ones."""
    folder = prefix()
    os.environ.setdefault("FLOWRUN_PYTHON", sys.executable)  # of nodes in Python
    os.environ.setdefault("FLOWRUN_PYTHON_FOLDER", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if folder and not os.environ.get("FLOWRUN_MANIFEST_PROGRAM"):
        for place in (folder / "bin/flowrun_manifest", folder / "libexec/flowrun/flowrun_manifest"):
            if place.is_file():
                os.environ["FLOWRUN_MANIFEST_PROGRAM"] = str(place)
    installed = [str(folder / "lib/flowrun/plugins")] if folder else []
    return [os.fspath(path) for path in given] + installed
