"""Runs pytest with what stands behind it, or says why it cannot: run_tests.py PACKAGE SOURCES TESTS..."""

import os
import sys

os.environ["FLOWRUN_CACHE"] = "off"  # results of one run are no business of another


def missing() -> str:
    for module, package in (("pytest", "python3-pytest"), ("numpy", "python3-numpy")):
        try:
            __import__(module)
        except ImportError:
            return f"SKIPPED: Python's module {module} is missing (Debian: {package})"
    return ""


package, sources, *tests = sys.argv[1:]
if reason := missing():
    sys.exit(print(reason))
os.environ.update(FLOWRUN_SOURCE_DIR=sources, PYTHONPATH=package, PYTHONDONTWRITEBYTECODE="1")
os.environ.pop("FLOWRUN_PLUGIN_PATH", None)
os.execv(
    sys.executable,
    [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-o", "python_files=*_test.py", *tests],
)
