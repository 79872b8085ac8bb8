#!/usr/bin/env python3
"""Makes the seed inputs in corpus/ anew, each by hand from its format's description; nothing comes from real data.

Files in corpus/*/regressions and those that a fuzzer found are left alone.
"""
import gzip
import json
import math
import pathlib
import struct
import zlib

CORPUS = pathlib.Path(__file__).parent / "corpus"


def save(name, content):
    file = CORPUS / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)


# Graphs, plans, tables

GRAPH = {
    "$schema": "x", "format": 1, "name": "g", "summary": "s", "requires": {"t": ">=1.0,<3"},
    "parameters": {"p": {"type": "number", "default": 0.5, "min": 0, "max": 9, "unit": "mm", "help": "h"},
                   "c": {"type": "enum", "default": "one", "choices": ["one", "two"]},
                   "l": {"type": "integers", "default": [1, 2, 3], "length": 3}, "m": {"type": "path", "default": "m"}},
    "inputs": {"image": {"type": "path", "help": "h"}, "level": {"type": "number", "default": 1}},
    "nodes": {
        "r": {"type": "t.read", "params": {"path": "${image}"}},
        "a": {"type": "t.every", "inputs": {"volume": "r.volume"},
              "params": {"number": "${p}", "choice": "${c}", "integers": "${l}", "text": "${case}-$${x}", "file": "${m}/a.pt", "flag": False},
              "run": {"device": "cuda:0", "concurrency": 2, "on_error": "continue"}},
        "c": {"type": "t.cut", "inputs": {"volume": "a.volume"}, "run": {"chunks_in_flight": 3}},
        "m": {"type": "t.map", "inputs": {"patches": "c.patches"}},
        "g": {"type": "t.gather", "inputs": {"patches": "m.patches", "volume": "a.volume"}},
        "s": {"type": "graph:stage.json", "inputs": {"volume": "g.volume"}, "params": {"factor": "${p}"}},
        "j": {"type": "t.join", "inputs": {"volumes": ["s.volume", "r.volume"]}},
        "w": {"type": "t.write", "inputs": {"volume": "j.volume"}, "params": {"path": "${out}/${case}.nii"}},
        "all": {"type": "t.all", "inputs": {"tables": "a.table"}}}}

STAGE = {"format": 1, "parameters": {"factor": {"type": "number", "default": 1}},
         "inputs": {"volume": {"type": "flowrun.volume/1", "help": "h"}},
         "outputs": {"volume": "e.volume", "table": {"from": "e.table", "help": "h"}},
         "nodes": {"e": {"type": "t.every", "inputs": {"volume": "volume"}, "params": {"number": "${factor}"}}}}

PLAN = {"$schema": "x", "format": 1, "name": "p", "summary": "s", "folds": 3, "measures": "${fold}/m.csv", "show": ["dice"],
        "steps": [{"name": "train", "graph": "t.json", "cases": "train", "out": "o", "set": {"a.b": 1, "c": [1, 2.5], "d": True},
                   "in": {"x": "${case}"}}, {"name": "test", "graph": "u.json", "cases": "test"}]}


def texts():
    save("graph/whole.json", json.dumps(GRAPH, indent=1))
    save("graph/stage.json", json.dumps(STAGE))
    save("graph/wrong.json", '{"format": 1, "nodes": {"a": {"type": "t.evry", "inputs": {"volum": "b.volume"}}, "b": {"type": "t.every", '
         '"inputs": {"volume": "b.volume"}, "params": {"integer": 1000, "number": "x", "choice": null}}}, "unknown": [1e999, -0, "\\ud83d\\ude00"]}')
    save("graph/newer.json", '{"format": 2}')
    save("graph/deep.json", "[" * 70)
    save("plan/whole.json", json.dumps(PLAN))
    save("plan/wrong.json", '{"format": 1, "folds": 1, "steps": [{"name": "a b", "cases": "tran", "set": {"x": {}}}, {"name": "a"}, 3]}')
    save("cases/plain.csv", "case,flair,x-note\na,a/f.nii,\nb,\"b, \"\"quoted\"\"\nline\",n\n")
    save("cases/tabs.tsv", "# a remark\ncase\tflair\r\na\tb\r\n\r\n")
    save("cases/mark.csv", b"\xef\xbb\xbfcase;flair\r\xff\xfe\x00")
    save("cases/quotes.csv", '"case","flair\na"b,"c"d\n"open')


def records():
    stamp = {"path": "a.nii", "size": 3, "mtime_ns": 4, "sha256": "0" * 64}
    node = {"id": "a", "type": "t.a", "plugin": "t", "plugin_version": "1.0", "params": {"p": "${case}"}, "inputs": ["v <- b.v"],
            "firings": 2, "busy_s": 0.5}
    save("record/whole.json", json.dumps({
        "format": 1, "case": "a", "status": "failed", "started": "2026-03-01T12:30:05Z", "seconds": 1.5, "attempt": 2,
        "peak_payload_bytes": 9, "errors": [{"node": "a", "type": "t.a", "plugin": "t", "message": "m"}], "warnings": ["a: w"],
        "reports": [{"node": "a", "name": "dice", "value": 0.5}, {"node": "a", "name": "hd", "value": "nan"}], "replay": "flowrun/replay/a",
        "values": {"age": "40"}, "outputs": [dict(stamp, node="a", parameter="p")], "models": [dict(stamp, node="a", parameter="m")],
        "inputs": [dict(stamp, name="flair")], "graph": {"name": "g", "file": "g.json", "sha256": "1" * 64, "nodes": [node]}}))


def packets():
    def text(words):
        return struct.pack("<Q", len(words)) + words.encode()

    def array(form, *values):
        return struct.pack(f"<Q{len(values)}{form}", len(values), *values)

    def packet(name, kind, data=b""):
        save(f"packet/{name}.packet", b"flowrun packet 2\n" + text(kind) + data)

    grid = struct.pack("<3q15d", 2, 1, 2, 1.0, 1.5, 2.0, 0.0, -1.0, 0.5, 1, 0, 0, 0, 1, 0, 0, 0, 1)
    facts = text("FLAIR") + text("") + text("intensity") + struct.pack("<Q", 1) + text("site") + text("x")
    none = text("") * 3 + struct.pack("<Q", 0)
    packet("volume", "flowrun.volume/1", grid + text("a.nii") + facts + array("f", 0, 1, -2, float("nan")))
    packet("mask", "flowrun.mask/1", grid + text("") + none + array("B", 0, 1, 1, 0))
    packet("labels", "flowrun.labels/1", grid + text("") + none + array("i", 0, 1, 70000, 0) + struct.pack("<Qi", 1, 70000) + text("lesion"))
    packet("number", "flowrun.number/1", struct.pack("<d", 0.5) + text("ml"))
    packet("list", "flowrun.voxel_list/1", grid + text("") + array("q", 1, 3))
    packet("patches", "flowrun.patch_batch/1", grid + array("q", 0, 3) + struct.pack("<4q", 1, 1, 1, 2) + array("f", 1, 2, 3, 4))
    packet("scores", "flowrun.scores/1", grid + array("q", 2) + struct.pack("<q", 2) + array("f", 0.25, 0.75))
    packet("table", "flowrun.table/1", struct.pack("<Q", 2) + text("case") + text("dice") + struct.pack("<Q", 2) + b"\2" + text("a")
           + struct.pack("<Bd", 1, 0.5) + b"\2" + text("b") + struct.pack("<Bq", 0, 3))
    affine = struct.pack("<B12d", 0, 1, 0, 0, 5, 0, 1, 0, -2, 0, 0, 1, 0.5) + bytes(24) + grid[24:] + array("f")
    field = struct.pack("<B12d", 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0) + grid + array("f", *range(12))
    packet("transform", "flowrun.transform/1", text("T1") + text("FLAIR") + text("") + struct.pack("<Q", 2) + affine + field)
    packet("other", "x.y/1")
    inputs = [{"port": "volume", "payload": "flowrun.volume/1", "scope": "case", "file": "0-volume.packet", "missing": ""},
              {"port": "patches", "payload": "x.y/1", "scope": "chunk", "file": "", "missing": "known to their plugin only"}]
    params = [{"name": n, "kind": k, "value": v} for n, k, v in (
        ("a", "boolean", True), ("b", "integer", 3), ("c", "number", "inf"), ("d", "string", "s"), ("e", "integers", [1, 2]),
        ("f", "numbers", [0.5, "nan"]), ("g", "strings", ["x", "y"]))]
    save("replay/whole.json", json.dumps({
        "format": 1, "case": "a", "chunk": -1, "step": "process", "node": "n", "type": "t.n", "plugin": "t", "plugin_version": "1.0",
        "device": "auto", "scope": "case", "error": "m", "command": "flowrun run g.json", "params": params, "inputs": inputs}))


# Trees of files: patterns over them, BIDS data sets

def trees():
    files = ["d/p1/p1_FLAIR.nii", "d/p2/p2_FLAIR.nii", "d/p10/p9_FLAIR.nii", "d/.p3/.p3_FLAIR.nii", "d/a*b/a*b_FLAIR.nii", "d/{case}/x", "e/"]
    for number, pattern in enumerate(("d/{case}/{case}_FLAIR.nii", "*/{case}/*_FLAIR.nii", "d/.{case}/.{case}_*", "{case}_{case}", "d//{case}/x",
                                      "d/*a*a*b_{case}", "d/{session}/x")):
        save(f"patterns/{number}.txt", "\n".join([pattern, *files]))
    save("patterns/stars.txt", "*a" * 40 + "{case}b\n" + "a" * 250 + "\n" + "a" * 200 + "cb")
    image = "".join(f"== sub-{who}/{session}anat/sub-{who}_{name}\n" for who, session, name in (
        ("01", "ses-a/", "ses-a_FLAIR.nii.gz"), ("01", "ses-a/", "ses-a_run-01_T1w.nii"), ("02", "", "FLAIR.nii.gz"),
        ("02", "", "acq-fast_FLAIR.nii.gz"), ("1_3", "", "FLAIR.nii")))
    save("bids/whole.txt", '== dataset_description.json\n{"Name": "n", "BIDSVersion": "1.9.0", "DatasetDOI": "doi:x", "GeneratedBy": '
         '[{"Name": "other"}]}\n== participants.tsv\nparticipant_id\tage\nsub-01\t3\nsub-09\tn/a\n== .bidsignore\n# r\n*.tmp\n!a.tmp\n'
         '/extra/\n**/x/**\nsub-*/ses-[ab]/func\n' + image)
    save("bids/func.txt", "== sub-a/func/sub-a_task-rest_bold.nii.gz\nx\n== sub-a/anat/sub-a_FLAIR.nii\n== sub-a/anat/flair copy.nii\n"
         "== sub-b+c/ses-1/anat/sub-b+c_ses-1_FLAIR.nii.gz\n== derivatives/x/y\n")
    save("bids/links.txt", "== .git/annex/objects/a/b/K/K\nx\n== sub-01/anat/sub-01_FLAIR.nii.gz => ../../.git/annex/objects/a/b/K/K\n"
         "== sub-02/anat/sub-02_FLAIR.nii.gz => ../../.git/annex/objects/a/b/L/L\n== sub-03 => sub-01\n== sub-04 => sub-04\n== sub-05 => gone\n"
         "== sub-06/anat/sub-06_FLAIR.nii\n/annex/objects/SHA256E-s1--a\n== .bidsignore => gone\n== sub-07/anat => ../sub-02/anat\n")
    save("bids/stars.txt", "== .bidsignore\n" + "**/" * 40 + "x\n" + "*a" * 40 + "b\n== sub-" + "a" * 90 + "/anat/" + "a" * 200 + ".nii\n")
    save("order/names.txt", "p1\np10\np1\n\n../x\np 3\n")
    save("order/shards.txt", "12\n")


# Manifests and libraries; the target puts this build's own words in the place of @HOST@ and @BUILD_TAG@

def manifest():
    port = {"name": "v", "payload": "flowrun.volume/1", "help": "h"}
    params = [dict({"help": "h", "unit": "", "choices": [], "length": 0, "role": "input", "per_case": False}, **extra) for extra in (
        {"name": "a", "type": "boolean", "default": True}, {"name": "b", "type": "integer", "default": 3, "min": 1.0, "max": 9.0},
        {"name": "c", "type": "enum", "default": "x", "choices": ["x", "y"]}, {"name": "d", "type": "path", "role": "output"},
        {"name": "e", "type": "numbers", "default": [1.5], "length": 1}, {"name": "f", "type": "strings", "default": ["s"]})]
    kind = {"name": "p.n", "summary": "s", "details": "d", "concurrent": True, "cuda": False, "params": params,
            "inputs": [dict(port, required=True, variadic=False, scope="chunk", collects=True)], "outputs": [dict(port, stream=False)]}
    save("manifest/whole.json", json.dumps({"format": 1, "plugin": "p", "version": "1.2.3", "licence": "MIT", "host": "@HOST@",
                                            "library": {"size": 1, "mtime_ns": 2, "fnv1a64": "0" * 16}, "node_types": [kind]}))


def library():
    names = b"\0flowrun_plugin\0other\0"
    plain = struct.pack("<16sIIII96s64s32s64sQ", b"\x89flowrun.plugin", 288 + 8 - 0, 1, 1, 0, b"@BUILD_TAG@", b"p", b"1.0.0", b"MIT", 0)
    plain = plain[:16] + struct.pack("<I", len(plain)) + plain[20:]
    at_names, at_symbols, at_data = 64 + 56, 64 + 56 + 24, 64 + 56 + 24 + 72
    symbols = bytes(24) + struct.pack("<IBBHQQ", 15, 0x11, 0, 1, 0x2000, 8) + struct.pack("<IBBHQQ", 1, 0x11, 0, 3, 0x1000, len(plain))
    body = names.ljust(24, b"\0") + symbols + plain
    at_sections = 64 + 56 + len(body)
    header = b"\x7fELF" + bytes([2, 1, 1, 0]) + bytes(8) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, at_sections, 0, 64, 56, 1, 64, 4, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 6, at_data, 0x1000, 0x1000, len(plain), len(plain), 8)

    def section(kind, offset, size, link):
        return struct.pack("<IIQQQQIIQQ", 0, kind, 2, 0, offset, size, link, 0, 8, 24)

    sections = bytes(64) + section(11, at_symbols, 72, 2) + section(3, at_names, len(names), 0) + section(1, at_data, len(plain), 0)
    whole = header + segment + body + sections
    save("library/whole.so", whole)
    save("library/cut.so", whole[:300])
    save("library/script.so", "INPUT(libp.so.1)\n")


# Pickles of weights (protocol 2), networks, checkpoints

def number(value):
    return b"K" + bytes([value]) if value < 256 else b"J" + struct.pack("<i", value)


def array(shape, values):
    data = struct.pack("<%df" % len(values), *values)
    state = (b"(K\x01(" + b"".join(number(n) for n in shape) + b"tcnumpy\ndtype\n(U\x02f4K\x00K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xff"
             b"J\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<I", len(data)) + data + b"tb")
    return b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR" + state


def pickles():
    layers = (b"(U\x05l_inp](" b"et" b"(U\x07conv1_1](" + array([2, 1, 1, 1, 2], [1, 2, 3, 4]) + array([2], [0, 1]) + b"et"
              b"(U\x03out](" + array([2, 3], [1] * 6) + array([3], [0, 0, 0]) + b"et")
    save("pickle/python2.pkl", b"\x80\x02ccollections\nOrderedDict\nq\x01(](" + layers + b"etR.")
    save("pickle/dict.pkl", b"\x80\x02}q\x00(X\x03\x00\x00\x00out](" + array([1], [7]) + b"eu.")
    save("pickle/hostile.pkl", b"\x80\x02cos\nsystem\n(U\x02lstR.")
    save("pickle/circle.pkl", b"\x80\x03]q\x00h\x00a.")
    latin = b"c_codecs\nencode\n(X\x08\x00\x00\x00" + b"\xc3\xbf\xc2\x80ab\x00\x00" + b"X\x06\x00\x00\x00latin1tR"
    save("pickle/python3.pkl", b"\x80\x02}(X\x01\x00\x00\x00a](cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85"
         + latin + b"\x87R(K\x01K\x01\x85cnumpy\ndtype\nX\x02\x00\x00\x00f4\x89\x88\x87R(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
         b"C\x04\x00\x00\x80?tbeu.")


# HDF5 files of weights, in the form that Keras writes

FLOAT32 = b"\x11\x20\x1f\0\4\0\0\0\0\0\x20\0\x17\x08\0\x17\x7f\0\0\0"
NOWHERE = b"\xff" * 8


def message(kind, data):
    data += b"\0" * (-len(data) % 8)
    return struct.pack("<HHB3x", kind, len(data), 0) + data


class Hdf5:
    """Superblock 0, object headers 1, a tree with one leaf for each group; what refers to an address is written after it."""

    def __init__(self):
        self.bytes = bytearray(96)

    def put(self, data):
        self.bytes += b"\0" * (-len(self.bytes) % 8)
        self.bytes += data
        return len(self.bytes) - len(data)

    def header(self, *messages):
        half = len(messages) // 2  # what is behind the half stands in a block of its own
        rest = b"".join(messages[half:])
        more = message(0x10, struct.pack("<QQ", self.put(rest), len(rest)))
        block = b"".join(messages[:half]) + more
        return self.put(struct.pack("<BxHII4x", 1, len(messages) + 1, 1, len(block)) + block)

    def data_set(self, shape, values):
        data = struct.pack("<%df" % len(values), *values)
        space = struct.pack("<BBB5x", 1, len(shape), 0) + b"".join(struct.pack("<Q", n) for n in shape)
        layout = struct.pack("<BBQQ", 3, 1, self.put(data), len(data))
        return self.header(message(1, space), message(3, FLOAT32), message(8, layout))

    def group(self, members, *attributes):
        names, entries = b"\0" * 8, b""
        for name, address in sorted(members.items()):
            entries += struct.pack("<QQI4x16x", len(names), address, 0)
            last = len(names)
            names += name.encode() + b"\0" * (8 - len(name) % 8)
        heap = self.put(b"HEAP" + struct.pack("<B3xQQQ", 0, len(names), 1, self.put(names)))
        leaf = self.put(b"SNOD" + struct.pack("<BxH", 1, len(members)) + entries.ljust(320, b"\0"))
        tree = self.put((b"TREE" + struct.pack("<BBH", 0, 0, 1) + NOWHERE * 2 + struct.pack("<QQQ", 0, leaf, last)).ljust(544, b"\0"))
        return self.header(message(0x11, struct.pack("<QQ", tree, heap)), *attributes)

    def text(self, name, text):
        """An attribute of variable length, whose text lies in a heap."""
        data = text.encode() + b"\0" * (-len(text) % 8)
        heap = b"GCOL" + struct.pack("<B3xQ", 1, 16 + 16 + len(data)) + struct.pack("<HH4xQ", 1, 1, len(text)) + data
        key = name.encode() + b"\0" * (8 - len(name) % 8)
        kind = b"\x19\1\0\0\x10\0\0\0\x10\0\0\0\1\0\0\0\0\0\x08\0\0\0\0\0"
        value = struct.pack("<IQI", len(text), self.put(heap), 1)
        return message(0x0C, struct.pack("<BxHHH", 1, len(name) + 1, 20, 8) + key + kind + b"\1" + b"\0" * 7 + value)

    def file(self, root):
        head = b"\x89HDF\r\n\x1a\n" + b"\0\0\0\0\0\x08\x08\0\4\0\x10\0\0\0\0\0" + b"\0" * 8 + NOWHERE
        head += struct.pack("<Q", len(self.bytes)) + NOWHERE + struct.pack("<QQ", 0, root) + b"\0" * 24
        self.bytes[:96] = head
        return bytes(self.bytes)


def keras():
    for backend, end in (("theano", ""), ("tensorflow", ":0")):
        file = Hdf5()
        layers = {}
        for name, arrays in {"conv1_1": {"kernel": [1, 1, 1, 2, 2], "bias": [2]}, "bn_1_1": {"moving_variance": [2]},
                             "prelu_conv1_1": {"alpha": [2, 1, 1, 1]}}.items():
            sets = {array + end: file.data_set(shape, range(math.prod(shape))) for array, shape in arrays.items()}
            layers[name] = file.group({name: file.group(sets)})
        save(f"keras/{backend}.hdf5", file.file(file.group(layers, file.text("backend", backend), file.text("keras_version", "2.0.8"))))
    address = 0
    for _ in range(2):  # the second time the group refers to itself
        circle = Hdf5()
        address = circle.group({"a": address}, circle.text("backend", "theano"))
    save("keras/circle.hdf5", circle.file(address))


def archives():
    def entry(name, data, offset, wide=False):
        sizes = (0xFFFFFFFF, 0xFFFFFFFF) if wide else (len(data), len(data))
        extra = struct.pack("<HHQQ", 1, 16, len(data), len(data)) if wide else b""
        start = struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, *sizes, len(name), len(extra), 0, 0, 0, 0, offset)
        return start + name + extra

    def archive(files, wide):
        body, directory = b"", b""
        for name, data in files:
            directory += entry(name, data, len(body), wide)
            body += struct.pack("<4sHHHHHLLLHH", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, len(data), len(data), len(name), 0) + name + data
        end = b""
        if wide:
            end = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 20, 20, 0, 0, len(files), len(files), len(directory), len(body))
            end += struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body) + len(directory), 1)
        return body + directory + end + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, len(files), len(files), len(directory), len(body), 0)

    model = [(b"net/data.pkl", b"\x80\x02."), (b"net/code/__torch__.py", b"def f(x):\n  return x\n"), (b"net/constants.pkl", b"\x80\x02)."), (b"net/version", b"3\n")]
    save("archive/model.zip", archive(model, False))
    save("archive/wide.zip", archive(model, True))
    save("archive/weights.zip", archive([(b"net/data.pkl", b"\x80\x02ccollections\nOrderedDict\n.")], False))
    save("archive/other.onnx", b"\x08\x07\x12\x07pytorch")
    save("archive/other.safetensors", struct.pack("<Q", 16) + b'{"weight":{}}   ')


def tensors():
    def word(text):
        return b"X" + struct.pack("<I", len(text)) + text

    weight = (word(b"weight") + b"q\x01ctorch._utils\n_rebuild_tensor_v2\nq\x02((" + word(b"storage") + b"q\x03ctorch\nFloatStorage\nq\x04" + word(b"0")
              + b"q\x05" + word(b"cpu") + b"q\x06K\x06tQq\x07K\x00(K\x02K\x03t(K\x03K\x01t\x89ccollections\nOrderedDict\nq\x08)RtRq\x09")
    bias = (word(b"bias") + b"h\x02((h\x03h\x04" + word(b"1") + b"h\x06K\x02tQM\x00\x00(J\x02\x00\x00\x00t(K\x01t\x89h\x08)RtR")
    save("tensors/module.pkl", b"\x80\x02c__torch__\nNetwork\nq\x00)\x81}(" + weight + bias + b"ub.")
    save("tensors/plain.pkl", b"\x80\x02](G" + bytes(8) + b"\x8a\x08" + bytes(8) + b"NK\x01e(K\x01l\x86.")
    save("tensors/empty.pkl", b"\x80\x02).")


def networks():
    layers = [{"type": "convolution", "channels": 4, "kernel": [3, 3, 3], "padding": "same", "stride": 1, "bias": False},
              {"type": "batch_norm", "epsilon": 1e-5, "momentum": 0.1}, {"type": "prelu", "slope": 0.25}, {"type": "relu"},
              {"type": "pool", "kind": "max", "window": 2}, {"type": "leaky_relu", "slope": 0.01}, {"type": "flatten"},
              {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 2, "weight": "w.x", "bias": "b"}, {"type": "softmax"}]
    chain = {"name": "n", "layers": layers}
    save("network/chain.json", json.dumps(chain))
    branches = {"branches": [{"name": "a", "channels": [0, 2], "size": [11, 11, 1], "layers": layers[:1]},
                             {"size": [11, 11, 1], "layers": [dict(layers[0], kernel=[3, 3])]}], "layers": layers[6:]}
    save("network/branches.json", json.dumps(branches))
    save("network/description.json", json.dumps({"format": 1, "input": {"channels": ["a", "b", "c", "d"], "size": [15, 15, 15]},
                                                 "output": {"classes": ["no", "yes"]}, "network": chain}))
    save("network/words.json", '{"format": 1, "network": "a few words", "x-training": {"loss": 0.1}}')
    save("network/huge.json", '{"layers": [{"type": "convolution", "channels": 1048576, "kernel": 4096, "padding": 4096},'
         '{"type": "flatten"}, {"type": "dense", "units": 1048576}]}')


def checkpoint():
    def floats(*values):
        return struct.pack("<Q%df" % len(values), len(values), *values)

    content = (b"flowrun-checkpoint/1\n" + struct.pack("<Q", 42) + floats(*range(6)) + struct.pack("<q", 3) + floats(*range(6)) + floats(*range(6))
               + struct.pack("<qqdd", 1, 2, 0.5, 1.5) + floats(*range(6)) + struct.pack("<dq", 0.25, 1)
               + struct.pack("<Qqddddd", 1, 1, 0.5, 0.4, 0.3, 0.9, 7.0))
    checksum = 0xcbf29ce484222325
    for byte in content:
        checksum = (checksum ^ byte) * 0x100000001b3 % 2**64
    save("checkpoint/whole", content + struct.pack("<Q", checksum))
    save("checkpoint/other", content[:21] + struct.pack("<QQ", 7, 0))


# Images

def nifti(sizes=(3, 2, 2), kind=16, bits=32, bytes_per_voxel=4, order="<", offset=352.0, magic=b"n+1\0"):
    dim = list(sizes) + [1] * (7 - len(sizes))
    voxels = 1
    for size in sizes:
        voxels *= size
    header = struct.pack(order + "i", 348) + bytes(36) + struct.pack(order + "8h", len(sizes), *dim) + bytes(14)
    header += struct.pack(order + "hhh8ffff", kind, bits, 0, 1, 1, 1, 1.5, 0, 0, 0, 0, offset, 0, 0)
    header = header.ljust(252, b"\0") + struct.pack(order + "hh6f", 1, 1, 0, 0, 0, 1, 2, 3)
    header += struct.pack(order + "12f", 1, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1.5, 3)
    header = header.ljust(344, b"\0") + magic + bytes(4)
    return header + bytes(i % 7 for i in range(voxels * bytes_per_voxel))


def images():
    save("nifti/float.nii", nifti())
    save("nifti/int16_big_endian.nii", nifti(kind=4, bits=16, bytes_per_voxel=2, order=">"))
    save("nifti/uint8_4d.nii", nifti(sizes=(3, 2, 2, 1), kind=2, bits=8, bytes_per_voxel=1))
    save("nifti/rgb.nii", nifti(kind=128, bits=24, bytes_per_voxel=3))
    save("nifti/two_files.nii", nifti(magic=b"ni1\0"))
    sheared = bytearray(nifti())
    struct.pack_into("<hh", sheared, 252, 0, 2)
    struct.pack_into("<f", sheared, 284, 0.75)
    save("nifti/sheared.nii", bytes(sheared))
    unplaced = bytearray(nifti())
    struct.pack_into("<hh", unplaced, 252, 0, 0)
    unplaced[123] = 3  # micrometres
    save("nifti/unplaced_micron.nii", bytes(unplaced))
    second = struct.pack("<i8shh8q", 540, b"n+2\0\r\n\x1a\n", 16, 32, 3, 3, 2, 2, 1, 1, 1, 1).ljust(104, b"\0")
    second += struct.pack("<8dq", 1, 1, 1, 1.5, 0, 0, 0, 0, 544)
    second = second.ljust(344, b"\0") + struct.pack("<ii6d12d", 1, 2, 0, 0, 0, 1, 2, 3, 1, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1.5, 3)
    save("nifti/second_version.nii", second.ljust(544, b"\0") + nifti()[352:])
    save("nifti/packed.nii", gzip.compress(nifti(), mtime=0))
    save("nifti/pointer.nii", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    save("nifti/web_page.nii", b"<!DOCTYPE html><html></html>")
    save("nifti_gz/float.nii.gz", gzip.compress(nifti(), mtime=0))
    save("nifti_gz/members.nii.gz", gzip.compress(nifti()[:100], mtime=0) + gzip.compress(nifti()[100:], mtime=0))
    save("nifti_gz/bomb.nii.gz", gzip.compress(nifti() + bytes(1 << 17), 9, mtime=0))
    save("nifti_gz/plain.nii.gz", nifti())
    save("nifti_gz/zlib.nii.gz", zlib.compress(nifti()))
    voxels = struct.pack("<12f", *range(12))
    head = ("NRRD0005\n# a remark\ntype: float\ndimension: 3\nspace: left-posterior-superior\nsizes: 3 2 2\n"
            "space directions: (1,0,0) (0,1,0) (0,0,1.5)\nkinds: domain domain domain\nendian: little\nencoding: %s\n"
            "space origin: (1,2,3)\nkey:=value\n\n")
    save("nrrd/raw.nrrd", (head % "raw").encode() + voxels)
    save("nrrd/gzip.nrrd", (head % "gzip").encode() + gzip.compress(voxels, mtime=0))
    save("nrrd/text.nrrd", (head % "ascii").encode() + b" ".join(b"%d" % i for i in range(12)))
    save("nrrd/spacings.nrrd", b"NRRD0001\ntype: short\ndimension: 3\nsizes: 2 2 1\nspacings: 1 1 2\nendian: big\nencoding: raw\n\n" + bytes(8))
    save("nrrd/detached.nrrd", "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 1 1\nencoding: raw\ndata file: LIST\n\n")
    fields = "NRRD0005\ntype: uchar\nencoding: raw\ndimension: %d\nsizes: %s\n%s\nabcdefgh"
    save("nrrd/left_anterior.nrrd", fields % (3, "2 2 2", "space: LAS\nspace units: \"um\" \"um\" \"um\"\n"
         "space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (1,2,3)\n"))
    save("nrrd/four_axes.nrrd", fields % (4, "2 1 2 2", "space: RAST\nspace origin: (1,2,3,0)\n"
         "space directions: (1,0,0,0) none (0,1,0,0) (0,0,1,0)\nkinds: domain list domain domain\n"))
    save("nrrd/sheared.nrrd", fields % (3, "2 2 2", "space: RAS\nspace directions: (1,0,0) (0.5,1,0) (0,0,1)\nspace origin: (0,0,0)\n"))
    save("nrrd/axis_ends.nrrd", fields % (3, "2 2 2", "axis mins: 0 1 2\naxis maxs: 4 5 6\ncenters: cell node cell\nunits: \"cm\" \"cm\" \"cm\"\n"))
    save("nrrd/skips.nrrd", fields % (3, "2 1 1", "line skip: 1\nbyte skip: 2\nspacings: 1 1 1\n") + "\nijkl")
    save("nrrd/hex.nrrd", b"NRRD0004\ntype: short\nendian: big\nencoding: hex\ndimension: 3\nsizes: 2 1 1\nspacings: 1 1 1\n\n0001FfFE")
    save("nrrd/outside.nrrd", fields % (3, "2 2 2", "data file: ../../etc/passwd\n"))
    head = ("ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = %s\n%s"
            "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 1 2 3\nCenterOfRotation = 0 0 0\nElementSpacing = 1 1 1.5\nDimSize = 3 2 2\n"
            "AnatomicalOrientation = RAI\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n")
    save("meta/raw.mha", (head % ("False", "")).encode() + voxels)
    packed = zlib.compress(voxels)
    save("meta/zlib.mha", (head % ("True", "CompressedDataSize = %d\n" % len(packed))).encode() + packed)
    save("meta/text.mha", b"NDims = 3\nDimSize = 2 1 1\nElementType = MET_UCHAR\nBinaryData = False\nElementDataFile = LOCAL\n1 2")
    save("meta/sheared.mha", b"NDims = 3\nDimSize = 2 2 2\nTransformMatrix = 1 0 0 0.5 1 0 0 0 1\nPosition = 1 2 3\nElementSize = 1 2 3\n"
         b"DistanceUnits = um\nElementType = MET_UCHAR\nElementDataFile = LOCAL\nabcdefgh")
    save("meta/four_axes.mha", b"NDims = 4\nDimSize = 2 2 2 1\nRotation = 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1\nOrigin = 1 2 3 0\n"
         b"ElementSpacing = 1 1 1 1\nElementType = MET_UCHAR\nElementDataFile = LOCAL\nabcdefgh")
    save("meta/outside.mha", b"NDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR\nElementDataFile = /etc/passwd\n")
    save("meta/long.mha", b"NDims = 3\nDimSize = 2 2 1\nElementType = MET_LONG\nCompressedData = True\nElementDataFile = LOCAL\n"
         + zlib.compress(bytes(32)) + b"more")
    save("meta/short.mha", b"NDims = 3\nDimSize = 2 2 1\nElementType = MET_SHORT\nHeaderSize = -1\nElementDataFile = LOCAL\n" + bytes(8))


def dicom():
    def element(group, number, form, value, length=None):
        value = value.encode() if isinstance(value, str) else value
        value += b"\0" * (len(value) % 2) if form in ("UI", "OW", "OB") else b" " * (len(value) % 2)
        length = len(value) if length is None else length
        wide = form in ("OB", "OW", "SQ", "UN")
        return struct.pack("<HH", group, number) + form.encode() + (b"\0\0" + struct.pack("<I", length) if wide else struct.pack("<H", length)) + value

    def short(group, number, value):
        return element(group, number, "US", struct.pack("<H", value))

    def decimals(group, number, *values):
        return element(group, number, "DS", "\\".join("%g" % value for value in values))

    def items(group, number, *contents):
        return element(group, number, "SQ", b"".join(struct.pack("<HHI", 0xfffe, 0xe000, len(content)) + content for content in contents))

    def implicit(group, number, value):
        value = value.encode() if isinstance(value, str) else value
        value += b" " * (len(value) % 2)
        return struct.pack("<HHI", group, number, len(value)) + value

    def implicit_items(group, number, *contents):
        return implicit(group, number, b"".join(struct.pack("<HHI", 0xfffe, 0xe000, 0xffffffff) + content + struct.pack("<HHI", 0xfffe, 0xe00d, 0)
                                                for content in contents))

    def file(syntax, pixels, more=b"", frames="", groups=b""):
        meta = (element(2, 1, "OB", b"\0\1") + element(2, 2, "UI", "1.2.840.10008.5.1.4.1.1.4") + element(2, 3, "UI", "1.2.3.4")
                + element(2, 0x10, "UI", syntax) + element(2, 0x12, "UI", "1.2.3"))
        body = (element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.4") + element(8, 0x18, "UI", "1.2.3.4") + element(8, 0x60, "CS", "MR") + more
                + element(0x18, 0x50, "DS", "1.5") + element(0x20, 0xd, "UI", "1.2.3.5") + element(0x20, 0xe, "UI", "1.2.3.6")
                + element(0x20, 0x32, "DS", "1\\2\\3") + element(0x20, 0x37, "DS", "1\\0\\0\\0\\1\\0") + short(0x28, 2, 1)
                + element(0x28, 4, "CS", "MONOCHROME2") + (element(0x28, 8, "IS", frames) if frames else b"") + short(0x28, 0x10, 2)
                + short(0x28, 0x11, 3) + element(0x28, 0x30, "DS", "1\\1") + short(0x28, 0x100, 16) + short(0x28, 0x101, 16) + short(0x28, 0x102, 15)
                + short(0x28, 0x103, 1) + element(0x28, 0x1052, "DS", "-5") + element(0x28, 0x1053, "DS", "2") + groups + pixels)
        return bytes(128) + b"DICM" + element(2, 0, "UL", struct.pack("<I", len(meta))) + meta + body

    plain = element(0x7fe0, 0x10, "OW", struct.pack("<6h", *range(6)))
    item = struct.pack("<HHI", 0xfffe, 0xe000, 0xffffffff) + element(8, 0x100, "SH", "x") + struct.pack("<HHI", 0xfffe, 0xe00d, 0)
    sequence = element(8, 0x1140, "SQ", item + struct.pack("<HHI", 0xfffe, 0xe0dd, 0), 0xffffffff)
    save("dicom/plain.dcm", file("1.2.840.10008.1.2.1", plain))
    save("dicom/sequence.dcm", file("1.2.840.10008.1.2.1", plain, sequence))
    save("dicom/frames.dcm", file("1.2.840.10008.1.2.1", element(0x7fe0, 0x10, "OW", struct.pack("<12h", *range(12))), frames="2"))
    run = struct.pack("<16I", 2, 64, 72, *([0] * 13)) + bytes([5, 0, 0, 0, 0, 0, 0, 0]) + bytes([5, 0, 1, 2, 3, 4, 5, 0])
    fragments = struct.pack("<HHI", 0xfffe, 0xe000, 0) + struct.pack("<HHI", 0xfffe, 0xe000, len(run)) + run + struct.pack("<HHI", 0xfffe, 0xe0dd, 0)
    save("dicom/run_length.dcm", file("1.2.840.10008.1.2.5", element(0x7fe0, 0x10, "OB", fragments, 0xffffffff)))
    explicit, two = "1.2.840.10008.1.2.1", element(0x7fe0, 0x10, "OW", struct.pack("<12h", *range(12)))
    shared = items(0x5200, 0x9229, items(0x20, 0x9116, decimals(0x20, 0x37, 1, 0, 0, 0, 1, 0))
                   + items(0x28, 0x9110, decimals(0x18, 0x50, 2) + decimals(0x18, 0x88, 1.5) + decimals(0x28, 0x30, 1, 2)))

    def frame(z, echo, slope):
        return (items(0x18, 0x9114, element(0x18, 0x9082, "FD", struct.pack("<d", echo)))
                + items(0x20, 0x9111, element(0x20, 0x9056, "SH", "1") + element(0x20, 0x9128, "UL", struct.pack("<I", echo)))
                + items(0x20, 0x9113, decimals(0x20, 0x32, 1, 2, z))
                + items(0x28, 0x9145, decimals(0x28, 0x1052, 1) + decimals(0x28, 0x1053, slope)))

    save("dicom/enhanced.dcm", file(explicit, two, frames="2", groups=shared + items(0x5200, 0x9230, frame(4, 5, 2), frame(1, 5, 3))))
    save("dicom/echoes.dcm", file(explicit, two, frames="2", groups=shared + items(0x5200, 0x9230, frame(1, 5, 2), frame(1, 9, 2))))
    save("dicom/dose.dcm", file(explicit, two, frames="2", groups=decimals(0x3004, 0xc, 0, 2) + decimals(0x3004, 0xe, 0.5)))
    save("dicom/film.dcm", file(explicit, two, frames="2").replace(short(0x28, 0x10, 2), element(0x28, 9, "AT", struct.pack("<HH", 0x18, 0x1063))
                                                                   + short(0x28, 0x10, 2)))
    save("dicom/explicit_without_preamble.dcm", file(explicit, plain)[132:])
    us = [struct.pack("<H", value) for value in (1, 2, 3, 16, 16, 15, 1)]
    save("dicom/implicit_without_preamble.dcm", implicit(8, 0x16, "1.2.840.10008.5.1.4.1.1.4.1") + implicit(8, 0x60, "MR") + implicit(0x28, 2, us[0])
         + implicit(0x28, 4, "MONOCHROME1") + implicit(0x28, 8, "2") + implicit(0x28, 0x10, us[1]) + implicit(0x28, 0x11, us[2])
         + b"".join(implicit(0x28, 0x100 + i, value) for i, value in enumerate(us[3:]))
         + implicit_items(0x5200, 0x9229, implicit_items(0x20, 0x9116, implicit(0x20, 0x37, "1\\0\\0\\0\\1\\0")))
         + implicit_items(0x5200, 0x9230, *(implicit_items(0x20, 0x9113, implicit(0x20, 0x32, "1\\2\\%d" % z)) for z in (3, 1)))
         + implicit(0x7fe0, 0x10, struct.pack("<12h", *range(12))))
    jpeg = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc3000b100002000301011100ffc40016000101010000000000000000000000"
                         "0000030510ffda0008010100010000cef55dff00ffd9")  # lossless: 0 7 14, 21 28 35
    fragments = struct.pack("<HHI", 0xfffe, 0xe000, 0) + struct.pack("<HHI", 0xfffe, 0xe000, len(jpeg)) + jpeg + struct.pack("<HHI", 0xfffe, 0xe0dd, 0)
    save("dicom/jpeg.dcm", file("1.2.840.10008.1.2.4.70", element(0x7fe0, 0x10, "OB", fragments, 0xffffffff)))


for make in (texts, records, packets, trees, manifest, library, pickles, keras, archives, tensors, networks, checkpoint, images, dicom):
    make()
