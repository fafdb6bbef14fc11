from __future__ import annotations

import subprocess
import sys


def test_importing_reads_no_file_and_loads_nothing_that_only_reading_needs() -> None:
    program = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import nn.data
print([name for name in opened if name.endswith(".npz")])
print([name for name in ("importlib.resources", "zipfile", "numpy.random") if name in sys.modules])
for _ in range(2):
    nn.data.iris()
    print(len([name for name in opened if name.endswith("iris.npz")]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    before, loaded, once, twice = done.stdout.splitlines()
    assert (before, loaded) == ("[]", "[]")
    assert int(once) >= 1
    assert twice == once
