"""Sphinx's settings for the site of flowrun; build.py lays out the pages that it reads."""

project = "flowrun"
html_title = "flowrun"
extensions = ["myst_parser"]
myst_heading_anchors = 4
myst_enable_extensions = []
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["storage.js"]
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_last_updated_fmt = None
html_use_index = False
# Of the styles of Pygments those whose colours stand out best from their background.
pygments_style = "default"
pygments_dark_style = "github-dark"
exclude_patterns = ["_static"]
# Blocks of JSON that show members of an object are no whole JSON.
suppress_warnings = ["misc.highlighting_failure"]
