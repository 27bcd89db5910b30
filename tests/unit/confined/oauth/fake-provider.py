#!/usr/bin/env python3
"""The fake of Google's and Microsoft's sign-in that journeys use, judged by Google's own client and by oauth4webapi (npm); TAP.
Arguments: tests/journey/servers, the build folder (npm is asked once a build folder)."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
servers, build = sys.argv[1:3]
sys.dont_write_bytecode = True
sys.path.append(servers)
import npm  # noqa: E402

folder, reason = npm.install(build, "token-provider-node", os.path.join(HERE, "provider"))
if reason:
    print("1..0 # SKIP %s" % reason)
    sys.exit(0)
sys.exit(subprocess.run([os.path.join(folder, "node"), os.path.join(folder, "judge-fake.mjs")], stdin=subprocess.DEVNULL, check=False).returncode)
