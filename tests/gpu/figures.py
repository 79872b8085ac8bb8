"""What is read out of the files of a run: images, networks, records and traces. The standard library only."""

import gzip
import json
import math
import struct
import zipfile


class Failed(Exception):
    """A command that ended badly, or that left what cannot be judged."""


def nifti(file):
    """The values of a .nii.gz of float32 or uint8, as bytes, their struct code and the size along x, y, z."""
    data = gzip.decompress(file.read_bytes())
    kind = struct.unpack_from("<h", data, 70)[0]
    start = int(struct.unpack_from("<f", data, 108)[0])
    return data[start:], {16: "f", 2: "B"}[kind], struct.unpack_from("<8h", data, 40)[1:4]


def values(file):
    data, code, _ = nifti(file)
    return memoryview(data[: len(data) // struct.calcsize(code) * struct.calcsize(code)]).cast(code)


def distance(a, b):
    """Their difference; infinite where one is not a number."""
    return abs(a - b) if math.isfinite(a - b) else math.inf


def golden_difference(rows_files, initial_file, final_file, candidates_only=False):
    """The largest difference to golden probabilities, how many of the rows were looked at and how many there are. A voxel that was no
    candidate has the probability 0 in both maps; so have some candidates, whose probability is too small for a float."""
    initial, final = values(initial_file), values(final_file)
    width, height, _ = nifti(initial_file)[2]
    largest, seen, rows = 0.0, 0, 0
    for rows_file in rows_files:
        for x, y, z, p1, p2 in struct.iter_unpack("<5f", rows_file.read_bytes()):
            rows += 1
            index = int(x) + width * (int(y) + height * int(z))
            if candidates_only and initial[index] == 0 and final[index] == 0:
                continue
            seen += 1
            largest = max(largest, distance(initial[index], p1), distance(final[index], p2))
    return largest, seen, rows


def different_voxels(a_file, b_file):
    a, b = values(a_file), values(b_file)
    if len(a) != len(b):
        raise Failed(f"{a_file} and {b_file} are not of one size")
    return sum(1 for x, y in zip(a, b) if bool(x) != bool(y)), sum(1 for y in b if y)


def largest_difference(a_file, b_file):
    return max(distance(x, y) for x, y in zip(values(a_file), values(b_file)))


def report(record, node, name):
    """A figure that a node told of the first case; None where it told none."""
    return record["cases"][0]["reports"].get(f"{node}.{name}")


def timing(record, node, key):
    return next(entry[key] for entry in record["node_timings"] if entry["id"] == node)


def gflop_of_patch(model):
    """Of one patch through a network of which the model says the layers; None where it does not."""
    with zipfile.ZipFile(model) as archive:
        name = next((entry for entry in archive.namelist() if entry.endswith("flowrun.json")), None)
        description = json.loads(archive.read(name)) if name else {}
    network = description.get("network")
    if not isinstance(network, dict) or "layers" not in network:
        return None
    size, channels, flat, flop = list(description["input"]["size"]), len(description["input"]["channels"]), None, 0
    three = lambda value: [value] * 3 if not isinstance(value, list) else value
    for layer in network["layers"]:
        if layer["type"] == "convolution":
            kernel, padding, stride = three(layer["kernel"]), three(layer.get("padding", 0)), three(layer.get("stride", 1))
            size = [(s + 2 * p - k) // t + 1 for s, k, p, t in zip(size, kernel, padding, stride)]
            flop += 2 * size[0] * size[1] * size[2] * kernel[0] * kernel[1] * kernel[2] * channels * layer["channels"]
            channels = layer["channels"]
        elif layer["type"] == "pool":
            window = three(layer["window"])
            stride = three(layer.get("stride", window))
            size = [(s - k) // t + 1 for s, k, t in zip(size, window, stride)]
        elif layer["type"] == "dense":
            inputs = flat if flat is not None else channels * size[0] * size[1] * size[2]
            flop += 2 * inputs * layer["units"]
            flat = layer["units"]
    return flop * 1e-9


def union(spans):
    total, until = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


def busy_share(trace_file, on_cpu):
    """How much of the time between its first and its last work each device had work; the least of them."""
    events = [event for event in json.loads(trace_file.read_text())["traceEvents"] if event["ph"] == "X"]
    named = "networks/cascade" if on_cpu else "device"
    by_thread = {}
    for event in events:
        if event["name"] == named:
            thread = "cpu" if on_cpu else event["tid"]
            by_thread.setdefault(thread, []).append((event["ts"], event["ts"] + event["dur"]))
    if not by_thread:
        raise Failed(f"the trace has no '{named}' step")
    return min(union(spans) / (max(end for _, end in spans) - min(begin for begin, _ in spans)) for spans in by_thread.values())
