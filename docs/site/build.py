"""Builds the site of README and docs: build.py FOLDER

FOLDER/pages is what Sphinx reads, FOLDER/html the site; open FOLDER/html/index.html. Needs Sphinx with myst-parser and furo, Doxygen
and Graphviz. Exit status 0: no warning, and no page loads a file that is missing; 77: a tool is missing, which is printed.
"""

import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys

import links
import theme

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LINK = re.compile(r"\]\(([^()\s#]+)")
MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADERS = ROOT / "framework" / "include"
MAIN_PAGE = r"""/** \mainpage C++ headers
The classes and functions of flowrun that programs and plugins in C++ use, made from the comments of the headers.
<a href="../docs/headers.html">The list of headers</a> says what each is for.

- <code>flowrun/sdk</code> is what a plugin includes; <a href="../docs/start-nodes.html">I write nodes</a> begins there.
- <code>flowrun/host</code> is what an application includes; <a href="../docs/start-embedding.html">I embed</a> begins there.
- <code>flowrun/testing</code> is for tests of plugins.

<a href="../index.html">Back to the pages of flowrun</a>
*/
"""


def missing_tool():
    for module, package in (("sphinx", "python3-sphinx"), ("myst_parser", "python3-myst-parser"), ("furo", "furo")):
        if importlib.util.find_spec(module) is None:
            return package
    return next((tool for tool, it in (("doxygen", "doxygen"), ("graphviz", "dot")) if not shutil.which(it)), None)


def contents():
    """(title of the part, its pages) in the order of contents.txt; 'docs/nodes/*' is the rest of that folder."""
    parts, listed = [], set()
    lines = [line for line in (HERE / "contents.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    listed = {line.strip() for line in lines if line.startswith(" ")}
    for line in lines:
        if not line.startswith(" "):
            parts.append((line, []))
        elif line.endswith("*"):
            found = sorted(ROOT.glob(line.strip()))
            parts[-1][1].extend(name for name in (one.relative_to(ROOT).as_posix() for one in found) if name not in listed)
        else:
            parts[-1][1].append(line.strip())
    return parts


def drawn(mermaid):
    """A flowchart of nodes, subgraphs and arrows as SVG."""
    dot = "digraph { rankdir=TB; node [shape=box, style=rounded, fontname=Helvetica]; fontname=Helvetica;\n"
    for line in mermaid.splitlines()[1:]:
        words = line.strip()
        if part := re.fullmatch(r"subgraph (\w+) \[(.*)\]", words):
            dot += f'subgraph cluster_{part[1]} {{ label="{part[2]}"; color=gray;\n'
        elif node := re.fullmatch(r"(\w+)\[(.*)\]", words):
            dot += f'{node[1]} [label="{node[2]}"];\n'
        else:
            dot += words.replace("-->", "->").replace("end", "}") + "\n"
    return subprocess.run(["dot", "-Tsvg"], input=dot + "}", capture_output=True, text=True, check=True).stdout


def toctrees():
    text = ""
    for title, pages in contents():
        text += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n" + "".join(f"/{page[:-3]}\n" for page in pages) + "```\n"
    return text


def pages_elsewhere():
    """Pages that contents.txt names and that are not in docs."""
    return [ROOT / page for _, pages in contents() for page in pages if not page.startswith("docs/")]


class Stage:
    """The pages as Sphinx reads them, and the files of the tree that they link."""

    def __init__(self, folder):
        self.folder = folder
        self.pictures = 0

    def add_linked(self, path, text):
        for target in LINK.findall(text):
            source = (path.parent / target).resolve()
            if source.suffix != ".md" and source.is_relative_to(ROOT) and source.is_file():
                copy = self.folder / source.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)

    def picture(self, path, mermaid):
        self.pictures += 1
        picture = path.with_name(f"drawn-{self.pictures}.svg")
        picture.write_text(drawn(mermaid), encoding="utf-8")
        return f"![Drawn from the text of the page]({picture.name})"

    def add(self, path):
        text = path.read_text(encoding="utf-8")
        copy = self.folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        self.add_linked(path, text)
        text = MERMAID.sub(lambda found: self.picture(copy, found[1]), text)
        text = re.sub(r"^( *```\w+) [^\n`]*$", r"\1", text, flags=re.MULTILINE)
        if path == ROOT / "README.md":
            copy = self.folder / "index.md"
            text += toctrees()
        root = "../" * (len(path.relative_to(ROOT).parts) - 1)
        copy.write_text(text.replace(f"]({root}README.md", f"]({root}index.md") if root else text, encoding="utf-8")


def first_comment(header):
    found = re.search(r"^// (.*)$|^/// (.*)$", header.read_text(encoding="utf-8"), re.MULTILINE)
    return (found[1] or found[2]) if found else ""


def headers_page(html):
    text = "# C++ headers\n\n<a href=\"../reference/index.html\">The reference of all classes and functions</a>, made by Doxygen, with a search of its own.\n"
    for folder, what in (("sdk", "what a plugin includes"), ("host", "what an application includes"), ("testing", "for tests of plugins")):
        text += f"\n## flowrun/{folder}\n\nThis is {what}.\n\n| header | about |\n| --- | --- |\n"
        for header in sorted((HEADERS / "flowrun" / folder).glob("*.h")):
            page = header.stem.replace("_", "__") + "_8h.html"
            shown = f'<a href="../reference/{page}"><code>{header.name}</code></a>' if (html / "reference" / page).exists() else f"`{header.name}`"
            text += f"| {shown} | {first_comment(header).replace('|', ' ')} |\n"
    return text


def make_reference(folder):
    folder.mkdir(parents=True)
    (folder / "main_page.dox").write_text(MAIN_PAGE, encoding="utf-8")
    settings = (HERE / "Doxyfile").read_text(encoding="utf-8")
    settings += f'INPUT = "{HEADERS}" "{folder}/main_page.dox"\nSTRIP_FROM_PATH = "{HEADERS}"\nOUTPUT_DIRECTORY = "{folder}"\n'
    ended = subprocess.run(["doxygen", "-"], input=settings, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stderr


def main():
    if tool := missing_tool():
        print(f"SKIPPED: {tool} is missing; on Debian: apt-get install {tool}")
        return 77
    folder = pathlib.Path(sys.argv[1]).resolve()
    pages, html = folder / "pages", folder / "html"
    for one in (pages, html):
        shutil.rmtree(one, ignore_errors=True)
    status, warnings = make_reference(html / "reference")
    stage = Stage(pages)
    (pages / "_static").mkdir(parents=True)
    for name in ("site.css", "storage.js"):
        shutil.copyfile(HERE / name, pages / "_static" / name)
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *pages_elsewhere()]:
        stage.add(path)
    (pages / "docs" / "headers.md").write_text(headers_page(html), encoding="utf-8")
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", str(HERE), "-D", "html_static_path=" + str(pages / "_static")]
    built = subprocess.run([*sphinx, "-j", "auto", "-d", str(folder / "doctrees"), str(pages), str(html)], check=False)
    print(warnings, end="", file=sys.stderr)
    if status or warnings or built.returncode:
        print("site: built with warnings, which are above", file=sys.stderr)
        return 1
    theme.mend(html)
    if faults := links.missing(html):
        print("\n".join(["site:", *faults]), file=sys.stderr)
        return 1
    print(f"site: open {html}/index.html")
    return 0


sys.exit(main())
