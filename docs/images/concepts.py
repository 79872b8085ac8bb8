"""Draws the pictures of start-graphs.md: concepts.py, in the folder of the pictures."""

import pathlib

INK, QUIET, FILL, BLUE, RED, GREEN = "#1f2933", "#9aa5b1", "#f1f4f7", "#d3e3f5", "#f6d5d4", "#d9ecd9"
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" font-family="system-ui, sans-serif">\n'
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    f'<path d="M0 0 8 4 0 8z" fill="{INK}"/></marker></defs>\n<rect width="{{w}}" height="{{h}}" fill="white"/>\n'
)


class Picture:
    def __init__(self, width, height):
        self.parts = [HEAD.format(w=width, h=height)]

    def text(self, x, y, words, size=13, anchor="middle", colour=INK):
        self.parts.append(f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{words}</text>\n')

    def box(self, x, y, width, height, words="", fill=FILL, edge=INK, dashed=False, below=""):
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" stroke="{edge}"{dash}/>\n')
        if words:
            self.text(x + width / 2, y + height / 2 + (4 if not below else -3), words, colour=QUIET if dashed else INK)
        if below:
            self.text(x + width / 2, y + height / 2 + 14, below, 11, colour=QUIET if dashed else "#52606d")

    def arrow(self, x1, y1, x2, y2, words="", dashed=False):
        look = f'stroke="{QUIET if dashed else INK}" ' + ('stroke-dasharray="5 4" ' if dashed else "") + 'marker-end="url(#a)"'
        self.parts.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {look}/>\n')
        if words:
            self.text((x1 + x2) / 2, min(y1, y2) + abs(y2 - y1) / 2 - 6, words, 11)

    def save(self, name):
        path = pathlib.Path(__file__).parent / f"concept-{name}.svg"
        path.write_text("".join(self.parts) + "</svg>\n", encoding="utf-8")


def packets():
    p = Picture(760, 150)
    p.box(20, 45, 130, 50, "flair", below="io.read_volume")
    p.arrow(150, 70, 300, 70, "packet: volume")
    p.box(300, 45, 160, 50, "bright", BLUE, below="segment.threshold")
    p.arrow(460, 70, 600, 70, "packet: mask")
    p.box(600, 45, 140, 50, "write", below="io.write_mask")
    p.text(225, 88, "from port volume", 11, colour="#52606d")
    p.text(225, 103, "to port volume", 11, colour="#52606d")
    p.text(530, 88, "from port mask", 11, colour="#52606d")
    p.text(530, 103, "to port mask", 11, colour="#52606d")
    p.text(380, 120, "parameter above = 1.5", 11, colour="#52606d")
    p.save("packets")


def scopes():
    p = Picture(760, 190)
    p.box(10, 10, 740, 170, fill="white")
    p.text(24, 32, "run: model, table over all cases", anchor="start")
    for case in range(2):
        x = 30 + 360 * case
        p.box(x, 46, 340, 120, fill=FILL)
        p.text(x + 14, 68, f"case p0{case + 1}: images, mask, probability map", anchor="start")
        for chunk in range(4):
            p.box(x + 14 + 80 * chunk, 90, 70, 56, f"chunk {chunk + 1}", BLUE, below="patches")
    p.save("scopes")


def streams():
    p = Picture(760, 180)
    p.box(10, 65, 130, 50, "patches.extract", below="streams")
    for chunk in range(3):
        y = 22 + 50 * chunk
        p.arrow(140, 90, 225, y + 18)
        p.box(225, y, 80, 36, f"chunk {chunk + 1}", BLUE)
        p.arrow(305, y + 18, 370, y + 18)
        p.box(370, y, 110, 36, "cnn.stage", GREEN)
        p.arrow(480, y + 18, 590, 90, "")
    p.box(590, 65, 160, 50, "patches.scatter", below="collects: one map")
    p.save("streams")


def absent():
    p = Picture(760, 200)
    p.box(10, 30, 130, 50, "flair, t1, t2", dashed=True, below="t2 is missing")
    p.arrow(140, 55, 230, 55, "absent", dashed=True)
    p.box(230, 30, 170, 50, "three images", dashed=True, below="does not run")
    p.arrow(400, 55, 520, 92, dashed=True)
    p.box(10, 120, 130, 50, "flair, t1", BLUE)
    p.arrow(140, 145, 230, 145, "packets")
    p.box(230, 120, 170, 50, "two images", BLUE, below='"when": missing t2')
    p.arrow(400, 145, 520, 108)
    p.box(520, 75, 110, 50, "core.first", BLUE)
    p.arrow(630, 100, 690, 100)
    p.box(690, 80, 60, 40, "mask", BLUE)
    p.save("absent")


def kept():
    p = Picture(760, 150)
    names = (("normalise", "kept"), ("networks", "kept"), ("threshold", "0.5 to 0.4"), ("write mask", "runs"), ("picture", "runs"))
    for at, (words, below) in enumerate(names):
        x = 10 + 152 * at
        p.box(x, 40, 122, 50, words, FILL if at < 2 else RED if at == 2 else BLUE, below=below)
        if at:
            p.arrow(x - 30, 65, x, 65)
    p.text(148, 120, "results are taken from the folder of kept results", 12)
    p.text(527, 120, "a parameter has changed: these run again", 12)
    p.save("kept")


for draw in (packets, scopes, streams, absent, kept):
    draw()
