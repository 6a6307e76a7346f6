"""The worked example of README.md does what the text says, in Python and in Fortran.

Argument: the Fortran compiler; without one that half is not run.
"""

import doctest
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"


class Readme(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def test_arrays_arrive_as_the_text_says(self):
        failed, tried = doctest.testfile(str(README), module_relative=False)
        self.assertEqual((failed, tried), (0, 5))

        if len(sys.argv) < 2:
            self.skipTest("no Fortran compiler")
        program, output = re.search(
            r"```fortran\n(.*?)```.*?```text\n(.*?)```", README.read_text(), re.DOTALL
        ).groups()
        pathlib.Path("read_wire.f90").write_text(program)
        subprocess.run([sys.argv[1], "-Wall", "-o", "read_wire", "read_wire.f90"], check=True)
        run = subprocess.run(["./read_wire"], capture_output=True, text=True, check=True)
        self.assertEqual(run.stdout, output)

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)#]+)\)", README.read_text()):
            if "://" not in target:
                self.assertTrue((README.parent / target).exists(), target)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
