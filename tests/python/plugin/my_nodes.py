"""Nodes of the tests: the ten lines of docs/python.md, and what goes wrong."""

import os
import signal
import time

import helper
import numpy as np
from flowrun.plugin import Input, Labels, Mask, Number, Output, Param, Refused, Table, Volume, node, plugin

plugin(version="1.2.3", licence="Apache-2.0")


@node(
    inputs={"volume": Input(Volume, "Any image")},
    outputs={"volume": Output(Volume, "The changed image")},
    params={
        "factor": Param(2.0, "Voxels are multiplied by this", min=0),
        "path": Param(type="path", default="", help="Unused"),
    },
)
def scale(context, volume, factor, path):
    """An image times a number

    NaN stays NaN.
    Reports voxels.
    """
    context.report("voxels", volume.data.size)
    context.warn(f"{context.case} on {os.path.basename(path)}")
    return volume.like(volume.data * np.float32(factor) + helper.NOTHING)


@node(
    inputs={"volume": Input(Volume, "Any image")},
    outputs={"volume": Output(Volume, "The image")},
    params={"seed": Param(1, "2 and 5 raise, 9 kills its process, 11 refuses", per_case=True)},
)
class Fails:
    """Fails in some cases"""

    def process(self, volume, seed):
        if seed in (2, 5):
            raise ValueError(f"{seed} is no seed")
        if seed == 9:
            os.kill(os.getpid(), signal.SIGKILL)
        if seed == 11:
            raise Refused("11 is refused")
        return volume


@node(
    inputs={"volumes": Input(Volume, "Any images", variadic=True), "mask": Input(Mask, "Where", required=False)},
    outputs={
        "mask": Output(Mask, "Above the mean"),
        "labels": Output(Labels, "The same"),
        "mean": Output(Number, "Mean"),
        "table": Output(Table, "One row"),
    },
    params={
        "names": Param(["a", "b"], "Names"),
        "sizes": Param([1, 2], "Sizes"),
        "mode": Param("x", "Mode", choices=["x", "y"]),
        "flag": Param(False, "Flag"),
    },
)
class EveryKind:
    """Every kind of parameter and output"""

    def open(self, params):
        self.mode = params["mode"]

    def process(self, volumes, mask, names, sizes, mode, flag):
        assert self.mode == mode
        first = volumes[0]
        mean = float(np.mean([volume.data.mean() for volume in volumes]))
        above = (first.data > mean) & (True if mask is None else mask.data > 0)
        return {
            "mask": first.like(above, Mask),
            "labels": first.like(above * 3, Labels),
            "mean": Number(mean, "sd"),
            "table": {"names": names, "sizes": sizes, "flag": [flag, flag], "mode": [mode] * 2},
        }


kept = []
HOW_WRONG = ("array", "keep", "nothing", "exit", "more", "none of them", "mute", "nul", "refused")


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@node(
    inputs={"volume": Input(Volume, "Any image")},
    outputs={"volume": Output(Volume, "The image")},
    params={"how": Param("array", "What is wrong", choices=list(HOW_WRONG))},
)
def wrong(volume, how):
    """Breaks its contract"""
    if how == "mute":
        raise Mute
    if how == "nul":
        raise ValueError("a\0b")
    if how == "refused":
        raise Refused(None)
    if how == "keep":
        kept.append(volume.data)
    if how == "exit":
        os._exit(3)
    more = {"volume": volume, "more": 1}
    return {"array": volume.data, "keep": volume, "nothing": None, "more": more, "none of them": {}}[how]


given = []


@node(inputs={"volume": Input(Volume, "Any image")}, outputs={"volume": Output(Volume, "The doubled image")})
def into_empty(volume):
    """Doubles an image into an array of empty, and keeps what it gave in every second firing"""
    doubled = np.multiply(volume.data, np.float32(2), out=volume.empty())
    for array, total in given:
        assert array.sum() == total
    if len(given) % 2 == 0:
        given.append((doubled, doubled.sum()))
    else:
        given.append((np.zeros(1), 0))
    return volume.like(doubled)


@node(
    inputs={"volume": Input(Volume, "Any image")},
    outputs={"volume": Output(Volume, "The image")},
    params={
        "how": Param("fork", "What it does", choices=["fork", "fork and raise", "surrogate", "long", "warn", "hang"]),
        "file": Param(type="string", default="", help="To be written"),
    },
)
def odd(context, volume, how, file):
    """Does what few nodes do"""
    if how.startswith("fork") and os.fork() == 0:
        if how == "fork and raise":
            raise ValueError("of the copy")
        return volume.like(volume.data - 1000)
    if how.startswith("fork"):
        os.wait()
    if how == "warn":
        context.warn("half a character: \udcff")
        context.warn("w" * 1000000)
    if how == "surrogate":
        raise ValueError("half a character: \udcff")
    if how == "long":
        raise ValueError("é" * 1000000)
    if how == "hang":
        with open(file, "w") as stream:
            stream.write(str(os.getpid()))
        time.sleep(1000)
    return volume


@node(
    inputs={"volume": Input(Volume, "Any image")},
    outputs={"volume": Output(Volume, "The sum")},
    params={"file": Param(type="path", help="A text file with a number")},
)
def add_from_file(volume, file):
    """Adds the number in a file, which it reads in each firing"""
    with open(file) as stream:
        return volume.like(volume.data + np.float32(stream.read()))
