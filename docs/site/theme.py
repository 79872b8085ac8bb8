"""Mends what Debian's furo leaves to others, so that the site works from a disk and from any server. A furo from PyPI stays as is.

Debian's package has the theme's script as a module, which pages load as a plain script; its styles import a file of the web
server; and its compiler of styles has dropped the block for browsers that prefer dark.
"""

import pathlib
import re
import shutil

MODULE = re.compile(r'^import Gumshoe from "\./(.*)";\n', re.MULTILINE)
SERVER = pathlib.Path("/usr/share/javascript")
SERVER_FILE = re.compile(r"@import url\(/javascript/([^)]+)\)")
DARK = re.compile(r'^  body\[data-theme="dark"\] (\{[^}]*\})', re.MULTILINE)
AUTO = '\n@media not print {{ @media (prefers-color-scheme: dark) {{ body:not([data-theme="light"]) {} }} }}\n'


def mend_script(script):
    """One plain script of the module and of what it imports."""
    text = script.read_text(encoding="utf-8")
    if found := MODULE.search(text):
        imported = (script.parent / found[1]).read_text(encoding="utf-8")
        script.write_text(imported + MODULE.sub("", text), encoding="utf-8")


def mend_style(style):
    text = style.read_text(encoding="utf-8")
    for path in filter(lambda one: (SERVER / one).is_file(), SERVER_FILE.findall(text)):
        shutil.copyfile(SERVER / path, style.parent / pathlib.Path(path).name)
    text = SERVER_FILE.sub(lambda found: f"@import url({pathlib.Path(found[1]).name})", text)
    if "prefers-color-scheme" not in text and (found := DARK.search(text)):
        text += AUTO.format(found[1])
    style.write_text(text, encoding="utf-8")


def mend(html):
    mend_script(html / "_static/scripts/furo.js")
    mend_style(html / "_static/styles/furo.css")
