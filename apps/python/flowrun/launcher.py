"""The command `flowrun` of the wheel: starts the program that lies in the package, in this environment."""

from __future__ import annotations

import os
import sys

from .errors import FlowrunError
from .places import prepare, program


def main() -> None:
    """Becomes the program; its words are those of this process."""
    try:
        file = program()
    except FlowrunError as reason:
        sys.exit(f"flowrun: {reason}")
    prepare()
    os.execv(file, [str(file), *sys.argv[1:]])
