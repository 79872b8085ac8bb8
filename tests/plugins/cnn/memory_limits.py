"""memory_limits.py FLOWRUN GRAPH: runs a graph with networks under limits of memory, as `ulimit -v` and `ulimit -d` set them.

Whatever the limit is, the run ends with status 0, or with status 2 and a sentence that says what is needed. It neither aborts nor waits for ever."""

import os
import resource
import subprocess
import sys
import tempfile

os.environ["FLOWRUN_CACHE"] = "off"  # a result of an earlier run would need no memory
MEBIBYTE = 1 << 20
PATIENCE = 240  # seconds; a run that hangs never ends


def run(flowrun, graph, kind, mebibytes, threads):
    def limit():
        resource.setrlimit(kind, (mebibytes * MEBIBYTE, mebibytes * MEBIBYTE))

    with tempfile.TemporaryDirectory() as out:
        command = [flowrun, "run", graph, "--out", out, "--set", "size=32,32,32", "--threads", str(threads)]
        try:
            done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return None, ""
    return done.returncode, done.stdout + done.stderr


def main():
    flowrun, graph = sys.argv[1:]
    faults, refused, ran = [], 0, 0
    limits = [(resource.RLIMIT_AS, "ulimit -v", size, threads) for size in (300, 500, 590, 680, 780, 880, 1000, 1500, 3000) for threads in (2,)]
    limits += [(resource.RLIMIT_AS, "ulimit -v", 1300, 8), (resource.RLIMIT_AS, "ulimit -v", 4000, 8), (resource.RLIMIT_DATA, "ulimit -d", 300, 2)]
    for kind, name, size, threads in limits:
        status, text = run(flowrun, graph, kind, size, threads)
        is_sentence = "cannot be loaded" in text and name in text and "MiB" in text
        print(f"{name} {size} MiB, {threads} threads: status {status}")
        ran += status == 0
        refused += status == 2 and is_sentence
        if status != 0 and not (status == 2 and is_sentence):
            faults.append(f"{name} {size} MiB, {threads} threads: status {status}, {text[-300:]}")
    if not refused:
        faults.append("no limit was refused")
    if not ran:
        faults.append("nothing ran, under 3000 MiB either")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
