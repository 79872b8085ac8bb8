"""The process that describes a plugin in Python and runs its firings; framework/src/scripts is its other side."""

from __future__ import annotations

import gc
import importlib.util
import json
import mmap
import os
import select
import signal
import struct
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, Dict, List, Tuple

REQUESTS, ANSWERS, REQUEST_MEMORY, ANSWER_MEMORY = 3, 4, 5, 6  # descriptors
RESULT = 3  # of a process that describes
DONE, PROGRESS = 0, 1
ANSWER, REQUEST = 0, 1  # the memory in which an output lies


def load(script: str) -> str:
    """Imports the plugin and gives its name. What it imports from its folder is found, behind everything else."""
    path = Path(script)
    if path.stem in sys.modules or path.stem in getattr(sys, "stdlib_module_names", ()):
        raise ImportError(f"there is a module '{path.stem}', whose place it would take; give the file another name")
    sys.path.append(str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return path.stem


def place_in(script: str, failure: BaseException) -> str:
    """Where in the script, or in what it imports from its folder, something was raised: "my_nodes.py, line 3"."""
    if isinstance(failure, SyntaxError) and failure.filename:
        return f" ({os.path.basename(failure.filename)}, line {failure.lineno})"
    folder = os.path.dirname(os.path.abspath(script))
    frames = [one for one in traceback.extract_tb(failure.__traceback__) if os.path.dirname(one.filename) == folder]
    return f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno})" if frames else ""


def named(failure: BaseException) -> str:
    """ValueError: its words."""
    try:
        words = failure.msg if isinstance(failure, SyntaxError) else str(failure)
    except Exception:  # an own __str__ that fails
        words = ""
    return type(failure).__name__ + (f": {words}" if words else "")


def advice(failure: BaseException) -> str:
    """What to do about a module that this Python lacks."""
    if not isinstance(failure, ModuleNotFoundError):
        return ""
    return "; choose a Python that has it by --python or the variable FLOWRUN_PYTHON"


def describe(script: str) -> None:
    """Writes "S" and what the script says of itself, or "E" and why that is not known."""
    try:
        from . import plugin

        name = load(script)
        types = [kind.description(name) for kind in plugin.KINDS.values()]
        answer = "S" + json.dumps(
            {"plugin": name, **plugin.PLUGIN, "description": {"node_types": types}}, allow_nan=False
        )
    except BaseException as failure:  # SystemExit too
        python = f"{sys.executable} (Python {sys.version.split()[0]})"
        answer = f"Ecannot be imported by {python}: {named(failure)}{place_in(script, failure)}{advice(failure)}"
    with os.fdopen(RESULT, "wb") as stream:
        stream.write(answer.encode(errors="replace"))


def plain(words: str) -> str:
    """Text that can be sent: half a character, as of a file name that is no UTF-8, is written as its number, and so is a NUL."""
    return words.encode(errors="backslashreplace").decode().replace("\0", "\\x00")


def end_with_parent() -> None:
    """Ends this process and what it started when flowrun is gone, however that ended: then no process reads the answer. A thread
    waits for the other end of the socket to close; a request does not wake it."""
    own = os.getpid()

    def watch() -> None:
        hung_up = select.poll()
        hung_up.register(REQUESTS, 0)
        hung_up.poll()
        os.killpg(own, signal.SIGKILL) if os.getpgrp() == own else os.kill(own, signal.SIGKILL)

    threading.Thread(target=watch, name="flowrun", daemon=True).start()


class Server:
    """Serves firings one after the other, until the other side closes the socket."""

    def __init__(self, script: str):
        from . import answers, images, packets, plugin

        self.answers, self.plugin, self.packets = answers, plugin, packets
        self.memory = answers.AnswerMemory(ANSWER_MEMORY)
        images.Image.new_array = self.memory.empty
        self.script = script
        self.process = os.getpid()
        self.failure = ""  #: why no firing can be served
        try:
            load(script)
        except BaseException as failure:
            self.failure = (
                f"'{script}' cannot be imported by {sys.executable}: {named(failure)}{place_in(script, failure)}"
            )
        self.opened: Dict[int, Any] = {}  # nodes of the graph, by number
        self.request = self._mapped(0)
        self.given: List[Tuple[int, int]] = []  # packets of the request: offset and length

    def _mapped(self, size: int) -> Any:
        """The memory of requests as an array of bytes, in which the inputs of a firing are views. It stays mapped, because
        mapping an image costs as much as copying it."""
        import numpy

        if not size:
            return numpy.zeros(0, numpy.uint8)
        return numpy.frombuffer(mmap.mmap(REQUEST_MEMORY, size, prot=mmap.PROT_READ), numpy.uint8)

    def serve(self) -> None:
        while True:
            frame = self._read(16)
            if len(frame) < 16:
                return
            place, length = struct.unpack("<2Q", frame)
            self._answer(*self._served(place, length))

    @staticmethod
    def _read(count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = os.read(REQUESTS, count - len(data))
            if not part:
                break
            data += part
        return data

    def _served(self, place: int, length: int) -> Tuple[str, Any, Dict[str, Tuple[int, int, int]]]:
        """The failure (empty: none), the context, and the places of the outputs."""
        if place + length > self.request.size:
            self.request = self._mapped(os.fstat(REQUEST_MEMORY).st_size)
        self.memory.answer.clear()  # it was read
        context = self.plugin.Context(progress=self._progress)
        failure, outputs = self.failure, {}
        try:
            outputs = {} if failure else self._run(place, context)
        except self.plugin.Refused as refused:
            said = refused.args[0] if len(refused.args) == 1 and refused.args[0] is None else refused
            failure = (str(said) if said is not None else "") or "the node refused without a sentence"
        except BaseException as fault:
            self._end_copy(fault)
            failure = self._failure(fault)
        self._end_copy()
        if not self._released():
            self.request = self._mapped(self.request.size)  # whose views are counted again
            failure = failure or (
                "the node keeps an input beyond its firing, where it would change; let it keep a copy, as of "
                "image.data.copy()"
            )
            outputs = {}
        return failure, context, outputs

    def _end_copy(self, fault: Any = None) -> None:
        """Ends a process that a node forked and that came back from the node as if it were the one that is asked: it must not
        answer, and not touch the memory of answers."""
        if os.getpid() == self.process:
            return
        if isinstance(fault, SystemExit):
            os._exit(fault.code if isinstance(fault.code, int) else int(fault.code is not None))
        print(f"{self.script}: a process that the node forked came back from it, and was ended", file=sys.stderr, flush=True)
        os._exit(70)

    def _failure(self, fault: BaseException) -> str:
        sentence = named(fault) + place_in(self.script, fault)
        if isinstance(fault, self.packets.FlowrunError):
            return str(fault)
        frames = fault.__traceback__
        while frames and os.path.dirname(frames.tb_frame.f_code.co_filename) == os.path.dirname(__file__):
            frames = frames.tb_next  # those of this package say nothing to the node's author
        return sentence + "\n" + "".join(traceback.format_exception(type(fault), fault, frames)).rstrip()

    def _released(self) -> bool:
        """Whether nothing looks into the request any more: each view of it has a reference."""
        own = 2  # self.request, and the argument of getrefcount
        if sys.getrefcount(self.request) > own:
            gc.collect()
        return sys.getrefcount(self.request) <= own

    def _run(self, place: int, context: Any) -> Dict[str, Tuple[int, int, int]]:
        header = self.packets.ByteReader(self.request[place:])
        fires, kind, number = header.one("B"), header.text(), header.one("Q")
        context.node, context.device = header.text(), header.text()
        found = self.plugin.KINDS[kind.partition(".")[2]]
        instance = self._instance(found, number, _params(header))
        if not fires:
            return {}
        context.case, context.chunk, context.threads = header.text(), header.one("q"), header.one("q")
        params = _params(header)
        inputs = self._inputs(header, found)
        given = instance.process(**self.plugin.arguments_of(found, context, inputs, params))
        self._end_copy()
        given = self.plugin.outputs_of(found, given)
        written = {}
        for name, port in found.outputs.items():
            payload = port.description["payload"]
            try:
                written[name] = self.packets.encoded(given[name], payload)
            except self.packets.FlowrunError as fault:
                raise self.packets.FlowrunError(f"output '{name}': {fault}") from None
        return {name: self._place_of(parts) for name, parts in written.items()}

    def _place_of(self, parts: List[Any]) -> Tuple[int, int, int]:
        """Memory, offset and length of an output. An input that is given back stays where it is."""
        for offset, length in self.given:
            if self.answers.is_packet(parts, self.request[offset : offset + length]):
                return REQUEST, offset, length
        return (ANSWER, *self.memory.put(parts))

    def _instance(self, kind: Any, number: int, params: Dict[str, Any]) -> Any:
        if number not in self.opened:
            instance = kind.make()
            if hasattr(instance, "open"):
                instance.open(params)
            self.opened[number] = instance
        return self.opened[number]

    def _inputs(self, header: Any, kind: Any) -> Dict[str, Any]:
        inputs: Dict[str, Any] = {}
        self.given.clear()
        for _ in range(header.one("Q")):
            port, values = header.text(), []
            for _ in range(header.one("Q")):
                payload = header.text()
                if payload:
                    offset, length = header.unpack("2Q")
                    self.given.append((offset, length))
                    values.append(self.packets.decoded(self.request[offset : offset + length], payload))
            if port in kind.inputs:
                variadic = kind.inputs[port].description["variadic"]
                inputs[port] = values if variadic else (values[0] if values else None)
        return inputs

    def _answer(self, failure: str, context: Any, places: Dict[str, Tuple[int, int, int]]) -> None:
        header = self.packets.ByteWriter()
        header.text(plain(failure))
        header.pack("Q", len(context.warnings))
        for warning in context.warnings:
            header.text(plain(warning))
        header.pack("Q", len(context.reports))
        for name, value in context.reports.items():
            header.text(plain(name))
            header.pack("d", value)
        header.pack("Q", len(places))
        for name, place in places.items():
            header.text(name)
            header.pack("3Q", *place)
        os.write(ANSWERS, struct.pack("<3Q", DONE, *self.memory.put([b"".join(header.parts)])))

    def _progress(self, fraction: float) -> None:
        if os.getpid() != self.process:
            return
        os.write(ANSWERS, struct.pack("<QdQ", PROGRESS, fraction, 0))


def _params(header: Any) -> Dict[str, Any]:
    scalars = (lambda: bool(header.one("B")), lambda: header.one("q"), lambda: header.one("d"), header.text)
    values: Dict[str, Any] = {}
    for _ in range(header.one("Q")):
        name, kind = header.text(), header.one("B")
        if kind < 4:
            values[name] = scalars[kind]()
        else:
            values[name] = [scalars[kind - 3]() for _ in range(header.one("Q"))]
    return values


def main(words: List[str]) -> None:
    """describe SCRIPT, or serve SCRIPT."""
    task, script = words
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for flowrun, which ends this process when it is to end
    if task == "describe":
        describe(script)
        return
    for descriptor in (REQUESTS, ANSWERS, REQUEST_MEMORY, ANSWER_MEMORY):
        os.set_inheritable(descriptor, False)
    end_with_parent()
    server = Server(script)
    server.serve()
