#!/usr/bin/env python3
"""bundle.py FOLDER OUT.c DEPFILE: all files below FOLDER (the page, built) become one resource in C, under /org/postrider/page.
Hidden files, source maps and whatever is no kind of file that the window serves stay out."""
import os
import subprocess
import sys
import tempfile
from xml.sax.saxutils import escape

KINDS = (".html", ".js", ".css", ".svg", ".png", ".woff2")

folder, out, depfile = (os.path.abspath(p) for p in sys.argv[1:4])
files = sorted(os.path.relpath(os.path.join(where, name), folder) for where, _, names in os.walk(folder) for name in names
               if name.endswith(KINDS) and not name.startswith("."))
if "index.html" not in files:
    sys.exit("bundle.py: %s holds no index.html: build the page first" % folder)
with tempfile.NamedTemporaryFile("w", suffix=".gresource.xml") as manifest:
    manifest.write('<gresources><gresource prefix="/org/postrider/page">%s</gresource></gresources>' %
                   "".join('<file>%s</file>' % escape(name) for name in files))
    manifest.flush()
    subprocess.run(["glib-compile-resources", "--generate-source", "--c-name", "postrider_page", "--sourcedir", folder, "--target", out,
                    manifest.name], check=True)
with open(depfile, "w") as deps:
    deps.write("%s: %s\n" % (out, " ".join(os.path.join(folder, name).replace(" ", "\\ ") for name in files)))
