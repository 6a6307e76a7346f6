"""The guide for potentials of one's own works as it stands: its files and commands, from an empty
folder, with what is installed and nothing else.

Arguments: forcewire's build folder, the guide.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD, GUIDE = (pathlib.Path(argument) for argument in sys.argv[1:3])


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.home = pathlib.Path(folder.name)
        # Headers and the program land where the guide installs them.
        cls.run_in(cls.home, f"cmake --install {BUILD} --prefix {cls.home}/forcewire")
        cls.work = cls.home / "work"
        cls.work.mkdir()
        (cls.work / "morse.cpp").write_text(blocks("cpp")[0])
        (cls.work / "CMakeLists.txt").write_text(blocks("cmake")[0])
        cls.run_in(cls.work, cls.here(blocks("sh")[1]))

    @classmethod
    def here(cls, commands):
        """With the home that the test has, and the Python that it runs with."""
        return commands.replace("~", str(cls.home)).replace("python3 ", sys.executable + " ")

    @staticmethod
    def run_in(folder, commands):
        # Nothing that this machine has set may help.
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("CXXFLAGS", "CPLUS_INCLUDE_PATH", "CMAKE_PREFIX_PATH")}
        environment["CMAKE_GENERATOR"] = "Ninja"  # which is here; make may not be
        done = subprocess.run(["bash", "-euc", commands], cwd=folder, env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=200)
        if done.returncode != 0:
            raise AssertionError(f"{commands}\nended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def test_the_potential_explains_itself(self):
        text = self.run_in(self.work, f"{self.home}/forcewire/bin/forcewire "
                                      "-m build/morse.so --help")
        self.assertIn("my-morse: Morse pairs", text)
        self.assertIn("how narrow the well is [bohr^-1]", text)

    def test_it_runs_under_ase_and_agrees_with_finite_differences(self):
        # A name of its own: the guide's may be taken on this machine.
        name = f"morse-{os.getpid()}"
        (self.work / "run.py").write_text(blocks("python")[0].replace('"morse"', f'"{name}"'))
        commands = self.here(blocks("sh")[2]).replace("-a morse", f"-a {name}")
        text = self.run_in(self.work, commands + "\nwait")
        self.assertIn("verdict: agreed", text)
        # Copper with these parameters, from L. A. Girifalco and V. G. Weizer, Phys. Rev. 114, 687
        # (1959), binds with about 3.5 eV per atom.
        energy = float(re.search(r"energy per atom (\S+) eV", text)[1])
        self.assertAlmostEqual(energy, -3.5, delta=0.2)

    def test_it_can_be_built_without_cmake(self):
        self.run_in(self.work, self.here(blocks("sh")[3]))
        text = self.run_in(self.work, f"{self.home}/forcewire/bin/forcewire -m morse.so --help")
        self.assertIn("my-morse", text)

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)#]+)\)", GUIDE.read_text()):
            self.assertTrue((GUIDE.parent / target).exists(), target)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
