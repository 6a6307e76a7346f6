"""What the tests of benchmark scripts have in common."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path


class BenchmarkCase(unittest.TestCase):
    """Runs a script in a folder that is gone after the test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start_script(self, script, *arguments):
        return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True,
                              timeout=100)

    def assert_success(self, finished):
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
