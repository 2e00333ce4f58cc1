"""One Sphinx build for both languages: docs/en and docs/zh are twins, decisions stand in docs/adr."""

from agetech import __version__

project = "agetech"
author = "The agetech maintainers"
copyright = "The agetech maintainers, Apache-2.0"
version = release = __version__
language = "en"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build", "evidence"]
nitpicky = True

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "substitution"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"agetech {release}"
html_static_path = ["_static"]
html_css_files = ["agetech.css"]
html_math_renderer = "mathjax"
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
