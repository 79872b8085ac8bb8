#!/usr/bin/env python3
"""What of the tests could not run, and why, out of the file that `ctest --output-junit FILE` writes.

    skipped_tests.py FILE

Prints a line for each test that was skipped, with the reasons that it gave (lines that begin with SKIPPED:), and how many there are.
Standard library only.
"""

import sys
import xml.etree.ElementTree

MARK = "SKIPPED: "


def reasons_of(test):
    lines = [line.strip() for output in test.iter("system-out") for line in (output.text or "").splitlines()]
    return [line[len(MARK):] for line in lines if line.startswith(MARK)]


def main():
    tests = list(xml.etree.ElementTree.parse(sys.argv[1]).getroot().iter("testcase"))
    skipped = [test for test in tests if test.find("skipped") is not None]
    print(f"{len(skipped)} of {len(tests)} tests were skipped{':' if skipped else ''}")
    for test in skipped:
        for reason in reasons_of(test) or ["it gave no reason"]:
            print(f"  {test.get('name')}: {reason}")


if __name__ == "__main__":
    main()
