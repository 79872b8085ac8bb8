"""The checks of the documents find what they are for."""

import pathlib
import tempfile
import unittest

import pages
import prose
import references


class Prose(unittest.TestCase):
    def faults(self, line):
        return list(prose.faults_of_line(pages.without_spans(line)))

    def test_words(self):
        self.assertEqual(len(self.faults("This is told to nobody.")), 2)
        self.assertEqual(len(self.faults("The plugin has not the symbol")), 1)
        self.assertEqual(self.faults("The file has not changed; the teller retold a story."), [])
        self.assertEqual(self.faults("`tell` and [a page](told.md)"), [])

    def test_width(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.md"
            page.write_text("word " * 30 + "\n\n| cell " * 30 + "\n\n```\n" + "code " * 30 + "\n```\n", encoding="utf-8")
            self.assertEqual([number for number, _, _ in prose.faults_of_page(page)], [1])

    def test_joined_literals(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "a.cpp"
            source.write_text('throw Error("it goes "\n            "on here");\n', encoding="utf-8")
            self.assertEqual([number for number, _, _ in prose.faults_of_source(source)], [1])

    def test_comments(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "a.cpp"
            lines = ['f("a // holds b");', "/// `holds` is a name", "// Told.", 'g(\'"\', "x");  ///< made anew', "// nobody"]
            source.write_text("\n".join(lines), encoding="utf-8")
            self.assertEqual([number for number, _, _ in prose.faults_of_source(source)], [1, 3, 4, 5])


class References(unittest.TestCase):
    def test_links(self):
        text = "# One\n\n[a](#one) [b](#two) [c](nothing.md) `[d](x.md)`\n"
        self.assertEqual(len(list(references.link_faults(pages.ROOT / "README.md", text))), 2)

    def test_anchors(self):
        self.assertEqual(pages.anchors("# A `b` c: [d](e.md)?\n\n# A b c d\n"), {"a-b-c-d", "a-b-c-d-1"})

    def test_json(self):
        blocks = '```json\n"a": 1\n```\n\n```json\n{ "a": }\n```\n\n```json fragment\n...\n```\n'
        self.assertEqual(len(list(references.json_faults(blocks))), 1)

    def test_commands(self):
        text = "`flowrun run GRAPH --out o`\n\n```sh\nflowrun run a.json \\\n  --nothing 1 | flowrun fly\n```\n"
        found = [(verb, rest.split()) for _, verb, rest in references.commands(text)]
        self.assertIn(("run", ["GRAPH", "--out", "o"]), found)
        self.assertIn(("run", ["a.json", "--nothing", "1"]), found)
        self.assertIn("fly", [verb for verb, _ in found])


unittest.main()
