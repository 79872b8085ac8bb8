"""Sphinx's settings for the site of flowrun; build.py lays out the pages that it reads."""

project = "flowrun"
html_title = "flowrun"
extensions = ["myst_parser"]
myst_heading_anchors = 4
myst_enable_extensions = []
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_last_updated_fmt = None
html_use_index = False
pygments_style = "sphinx"
exclude_patterns = ["_static"]
# Blocks of JSON that show members of an object are no whole JSON.
suppress_warnings = ["misc.highlighting_failure"]
