"""The guide for potentials of one's own works as it stands: its files and commands, from an empty
folder, with what is installed and nothing else.

Arguments: the folder where forcewire is installed, such as /usr; the guide.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PREFIX, GUIDE = (pathlib.Path(argument) for argument in sys.argv[1:3])


def block(language, word):
    """The one block in this language that has a word in it."""
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)
             if word in text]
    assert len(found) == 1, f"{len(found)} blocks of {language} with {word}"
    return found[0]


class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.home = pathlib.Path(folder.name)
        # Headers and the program are where the guide installs them.
        (cls.home / "forcewire").symlink_to(PREFIX)
        cls.work = cls.home / "work"
        cls.work.mkdir()
        (cls.work / "morse.cpp").write_text(block("cpp", "FORCEWIRE_END(MyMorse)"))
        (cls.work / "CMakeLists.txt").write_text(block("cmake", "project("))
        cls.run_in(cls.work, cls.here(block("sh", "cmake -S . -B build -D")))

    @classmethod
    def here(cls, commands):
        """With the home that the test has, and the Python that it runs with."""
        return commands.replace("~", str(cls.home)).replace("python3 ", sys.executable + " ")

    @staticmethod
    def run_in(folder, commands):
        # Nothing that this machine has set may help.
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("CXXFLAGS", "CPLUS_INCLUDE_PATH", "CMAKE_PREFIX_PATH")}
        if shutil.which("ninja"):  # make may not be here
            environment["CMAKE_GENERATOR"] = "Ninja"
        done = subprocess.run(["bash", "-euc", commands], cwd=folder, env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=200)
        if done.returncode != 0:
            raise AssertionError(f"{commands}\nended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def test_the_potential_explains_itself(self):
        text = self.run_in(self.work, f"{self.home}/forcewire/bin/forcewire "
                                      "-m build/morse.so --help")
        self.assertIn("MyMorse: a potential from outside", text)
        self.assertRegex(text, r"(?m)^ *D=ENERGY$")
        self.assertIn("atoms farther apart do not interact", text)

    def test_they_are_as_short_as_it_says(self):
        self.assertLessEqual(len(block("cpp", "FORCEWIRE_END(MyMorse)").splitlines()), 10)
        self.assertLessEqual(
            len(block("cpp", "FORCEWIRE_MANY_BODY(StillingerWeber)").splitlines()), 60)

    def test_it_runs_under_ase_and_agrees_with_finite_differences(self):
        # A name of its own: the guide's may be taken on this machine.
        name = f"morse-{os.getpid()}"
        (self.work / "run.py").write_text(block("python", "BFGS").replace('"morse"', f'"{name}"'))
        commands = self.here(block("sh", "run.py")).replace("-a morse", f"-a {name}")
        text = self.run_in(self.work, commands + "\nwait")
        self.assertIn("verdict: agreed", text)
        # Copper with these parameters, from L. A. Girifalco and V. G. Weizer, Phys. Rev. 114, 687
        # (1959), binds with about 3.5 eV per atom.
        energy = float(re.search(r"energy per atom (\S+) eV", text)[1])
        self.assertAlmostEqual(energy, -3.5, delta=0.2)

    def add_many_body(self):
        (self.work / "stillinger_weber.cpp").write_text(
            block("cpp", "FORCEWIRE_MANY_BODY(StillingerWeber)"))
        lists = self.work / "CMakeLists.txt"
        more = block("cmake", "stillinger_weber")
        if more not in lists.read_text():
            lists.write_text(lists.read_text() + more)
        (self.work / "melt.py").write_text(block("python", "Langevin"))

    def expect_energy_of_silicon(self, text):
        # Of -4.3366 eV at rest, little is gone after 20 steps.
        energy = float(re.search(r"energy per atom (\S+) eV", text)[1])
        self.assertAlmostEqual(energy, -4.3, delta=0.1)

    def test_many_bodies_run_under_ase_and_agree_with_finite_differences(self):
        self.add_many_body()
        commands = self.here(block("sh", "ADDRESS=silicon\n"))
        text = self.run_in(self.work, commands.replace("=silicon", f"=silicon-{os.getpid()}")
                           + "\nwait")
        self.assertIn("verdict: agreed", text)
        self.expect_energy_of_silicon(text)

    def test_the_batch_job_runs(self):
        self.add_many_body()
        self.run_in(self.work, "cmake --build build")
        text = self.run_in(self.work, self.here(block("sh", "#SBATCH")))
        self.expect_energy_of_silicon(text)

    def test_the_example_is_that_of_the_guide(self):
        example = GUIDE.parents[2] / "apps/examples/potentials/stillinger_weber.cpp"
        self.assertEqual(example.read_text(),
                         block("cpp", "FORCEWIRE_MANY_BODY(StillingerWeber)"))

    def test_they_can_be_built_without_cmake(self):
        self.add_many_body()
        self.run_in(self.work, self.here(block("sh", "g++")))
        for name, model in (("morse", "MyMorse"), ("stillinger_weber", "stillinger-weber")):
            text = self.run_in(self.work, f"{self.home}/forcewire/bin/forcewire -m {name}.so --help")
            self.assertIn(model, text)

    def test_what_may_be_added_compiles(self):
        self.add_many_body()
        for file, after, word in (("morse.cpp", "auto operator()", "parameter_count = 3"),
                                  ("stillinger_weber.cpp", "double cutoff()", "lists() const")):
            source = self.work / ("more_" + file)
            text = (self.work / file).read_text()
            self.assertIn(after, text)
            source.write_text(text.replace(after, block("cpp", word) + after))
            include = f"{self.home}/forcewire/include"
            self.run_in(self.work, f"g++ -std=c++20 -fsyntax-only -DHWY_COMPILE_ONLY_STATIC "
                                   f"-I {include} -I {include}/forcewire "
                                   f"-DHWY_TARGET_INCLUDE='\"{source}\"' {source}")

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)#\s]+)\)", GUIDE.read_text()):
            self.assertTrue((GUIDE.parent / target).exists(), target)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
