"""What is installed works wherever it is put and without the source tree; the Debian package has it.

Arguments: forcewire's build folder, the folder into which it was installed.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, INSTALLED = (pathlib.Path(argument) for argument in sys.argv[1:3])
SOURCE = pathlib.Path(__file__).resolve().parents[3]
CLIENTS = SOURCE / "tests/socket/classic"

LIKE_IPI = """
import os, re, socket
path = "/tmp/ipi_" + re.search(r"<address> *(\\S+)", open("input.xml").read())[1]
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(path)
    listener.listen(1)
    connection, _ = listener.accept()
    os.unlink(path)
    connection.sendall(b"EXIT".ljust(12))
"""


def setUpModule():
    """The package, and what is in it below `tree`: as after its installation, but in another place.
    Where there are no such packages, `tree` is what was installed otherwise."""
    global folder, package, tree
    temporary = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(temporary.cleanup)
    folder = pathlib.Path(temporary.name)
    package, tree = None, INSTALLED
    if shutil.which("dpkg-deb"):
        run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder / "cpack")
        package, = (folder / "cpack").glob("*.deb")
        run("dpkg-deb", "--extract", package, folder / "root")
        tree = folder / "root/usr"


def run(*command, status=0, **keywords):
    """Returns what a command prints, both streams."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                          **keywords)
    if done.returncode != status:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def contents(top):
    """All files and links below a folder, by their names relative to it."""
    return sorted(str(path.relative_to(top)) for path in top.rglob("*")
                  if path.is_symlink() or not path.is_dir())


def new_folder():
    return pathlib.Path(tempfile.mkdtemp(dir=folder))


def with_path(*folders, **more):
    """The environment, with these folders in PATH, and this Python for `python3`, which may leave
    compiled modules where it likes."""
    python = folder / "python"
    if not python.exists():
        python.mkdir()
        (python / "python3").symlink_to(sys.executable)
    path = ":".join(map(str, [*folders, python, os.environ["PATH"]]))
    return dict(os.environ, PATH=path, PYTHONDONTWRITEBYTECODE="", **more)


def options_of_help():
    """[["-u", "--unix"], ...]"""
    return [names.split(",") for names in re.findall(r"(?m)^  (-\S+)", forcewire("--help"))]


def forcewire(*arguments, status=0):
    return run(tree / "bin/forcewire", *arguments, status=status)


class Files(unittest.TestCase):
    def test_the_build_has_left_no_trace(self):
        for name in contents(tree):
            path = tree / name
            if not path.is_symlink():
                data = path.read_bytes()
                for place in (BUILD, SOURCE):
                    self.assertNotIn(str(place).encode(), data, name)
        self.assertNotRegex(run("readelf", "--dynamic", tree / "bin/forcewire"), "RPATH|RUNPATH")

    def test_what_lies_about_is_not_installed(self):
        """No folder is as a whole: there may be more in it than is ours."""
        scripts = [script for part in ("socket", "engine", "apps")
                   for script in (BUILD / part).rglob("cmake_install.cmake")]
        self.assertGreater(len(scripts), 3)
        for script in scripts:
            self.assertNotIn("TYPE DIRECTORY", script.read_text(), script)

    def test_nothing_is_forgotten(self):
        git = subprocess.run(["git", "-C", SOURCE / "apps", "ls-files", "batch", "demo", "examples",
                              "forcewire/*.md"],
                             capture_output=True, text=True) if shutil.which("git") else None
        if not (git and git.stdout):
            self.skipTest("not a clone")
        self.assertEqual(set(git.stdout.split()) - set(contents(tree / "share/forcewire")),
                         {"demo/install_dependencies", "demo/run"})

    def test_links_stay_inside_and_lead_somewhere(self):
        for name in contents(tree):
            path = tree / name
            if path.is_symlink():
                self.assertFalse(os.path.isabs(os.readlink(path)), name)
                self.assertTrue(path.resolve(strict=True).is_relative_to(tree.resolve()), name)

    def test_links_of_documents_lead_somewhere(self):
        documents = tree / "share/doc/forcewire"
        names = [*documents.glob("engine/*/README.md"), *documents.glob("apps/forcewire/*.md"),
                 documents / "apps/batch/README.md", documents / "apps/examples/ipi/README.md"]
        self.assertGreaterEqual(len(names), 5)
        for document in names:
            for target in re.findall(r"\]\(([^)#\s]+)\)", document.read_text()):
                if "://" not in target:
                    # As a reader's browser does it: before links of the file system.
                    self.assertTrue(os.path.exists(os.path.normpath(document.parent / target)),
                                    f"{document}: {target}")

    def test_who_may_run_what(self):
        for name in contents(tree):
            path = tree / name
            if not path.is_symlink():
                program = path.read_bytes()[:2] == b"#!" or name == "bin/forcewire"
                self.assertEqual(path.stat().st_mode & 0o777, 0o755 if program else 0o644, name)

    def test_the_package_has_what_is_installed(self):
        if not package:
            self.skipTest("no dpkg-deb")
        self.assertEqual(contents(tree), contents(INSTALLED))
        fields = run("dpkg-deb", "--field", package)
        version = forcewire("--version").split()[1]
        self.assertEqual(package.name.split("_")[:2], ["forcewire", version])
        self.assertIn(f"\nVersion: {version}\n", fields)
        changes = run("gzip", "-dc", tree / "share/doc/forcewire/changelog.gz")
        self.assertTrue(changes.startswith(f"forcewire ({version}) "), changes)
        # What the program is linked with, and what it is run with.
        self.assertRegex(fields, r"\nDepends: .*libhwy1.*libopenmpi3.*")
        self.assertRegex(fields, r"\nDepends: .*openmpi-bin")
        self.assertRegex(fields, r"\nRecommends: .*python3-ase.*libhwy-dev")
        self.assertNotRegex(run("dpkg-deb", "--contents", package), r"(?m)^\S+ (?!root/root)")


class Manual(unittest.TestCase):
    def setUp(self):
        self.page = run("gzip", "-dc", tree / "share/man/man1/forcewire.1.gz")

    def section(self, name):
        return re.search(rf"^\.Sh {name}\n(.*?)^\.Sh ", self.page, re.DOTALL | re.MULTILINE)[1]

    def test_it_has_what_the_help_has(self):
        listed = [re.findall(r"Fl (\S+)", line.replace("\\", ""))
                  for line in re.findall(r"(?m)^\.It (Fl .*)", self.section("OPTIONS"))]
        self.assertEqual([["-" + name for name in names] for names in listed], options_of_help())
        help_page = forcewire("--help")
        for name in re.findall(r"\$(FORCEWIRE_\w+)", help_page):
            self.assertIn(f".It Ev {name}\n", self.section("ENVIRONMENT"))
        statuses = re.search(r"Exit status:\n(.*)", help_page, re.DOTALL)[1]
        self.assertEqual(re.findall(r"(?m)^\.It (\d+)$", self.section("EXIT STATUS")),
                         re.findall(r"(?m)^ +(\d+)  ", statuses))
        models = re.findall(r"(?m)^  (\S+): ", forcewire("--list-models"))
        self.assertEqual(re.findall(r"(?m)^\.It Cm (?:\\&)?(\S+)$", self.section("MODELS")), models)

    def test_the_meaning_of_options_is_that_of_the_help(self):
        page = " ".join(self.page.replace(r"\%", "").replace("\\", "").split())
        words = " ".join(re.search(r"--wait SECONDS +(.*?)\n  --", forcewire("--help"),
                                   re.DOTALL)[1].split())
        self.assertIn(words, page)

    def test_files_are_there(self):
        paths = re.findall(r"(?:share|include|lib)/\S+", self.section("FILES"))
        self.assertGreater(len(paths), 5)
        for path in paths:
            self.assertTrue((tree / path).exists(), path)

    def test_it_can_be_shown(self):
        if not shutil.which("groff"):
            self.skipTest("no groff")
        source = folder / "forcewire.1"
        source.write_text(self.page)
        self.assertEqual(run("groff", "-mdoc", "-ww", "-z", "-Tutf8", source), "")
        if shutil.which("mandoc"):
            run("mandoc", "-T", "lint", "-W", "warning", source)
        text = run("groff", "-mdoc", "-Tascii", "-P-cbou", source)
        self.assertIn("-S, --sockets-prefix PREFIX\n", text)
        self.assertIn("spin   awake;", text)


class Completion(unittest.TestCase):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = """
            source "$0"
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _forcewire
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        found = run("bash", "--norc", "-c", script,
                    tree / "share/bash-completion/completions/forcewire", *words,
                    cwd=self.folder, env=with_path(tree / "bin"))
        return set(found.split())

    def setUp(self):
        self.folder = new_folder()
        for name in ("start.xyz", "morse.so", "other.txt"):
            (self.folder / name).touch()

    def test_options_are_those_of_the_help(self):
        names = {name for names in options_of_help() for name in names}
        self.assertEqual(self.complete("forcewire", "-"), names)
        self.assertEqual(self.complete("forcewire", "-u", "--wa"), {"--wait"})

    def test_models(self):
        models = set(re.findall(r"(?m)^  (\w+): ", forcewire("--list-models")))
        self.assertEqual(self.complete("forcewire", "-m", ""), models)
        self.assertEqual(self.complete("forcewire", "--model", "bu"), {"buckingham"})
        self.assertEqual(self.complete("forcewire", "-m", "./m"), {"./morse.so"})
        self.assertEqual(self.complete("forcewire", "-m", "./o"), set())
        self.assertEqual(self.complete("forcewire", "--list-models", ""), {"kim"})

    def test_values(self):
        for option in ("--idle", "--on-disconnect"):
            offered = self.complete("forcewire", option, "")
            complaint = forcewire("-m", "lj", option, "nonsense", status=2)
            expected = re.search(r"expected (.*?)[,;] got", complaint)[1]
            self.assertEqual(offered, set(re.split(", | or ", expected)))
        self.assertEqual(self.complete("forcewire", "--idle", "=", "sl"), {"sleep"})
        self.assertEqual(self.complete("forcewire", "--idle", "="), {"spin", "auto", "sleep"})
        self.assertLessEqual({"auto", "none", "ab", "abc"},
                             self.complete("forcewire", "--periodic", ""))
        self.assertEqual(self.complete("forcewire", "--wait", ""), set())

    def test_files(self):
        self.assertEqual(self.complete("forcewire", "-t", "st"), {"start.xyz"})
        self.assertEqual(self.complete("forcewire", "--stop-file", "o"), {"other.txt"})

    def test_behind_mpirun(self):
        self.assertEqual(self.complete("mpirun", "-n", "4", "forcewire", "-m", "l"), {"lj"})
        self.assertEqual(self.complete("mpirun", "-n", ""), set())


class Use(unittest.TestCase):
    def setUp(self):
        self.folder = new_folder()

    def tearDown(self):
        self.assertEqual(contents(tree), contents(INSTALLED))  # nothing is left beside the scripts

    def test_the_demo(self):
        text = run(tree / "bin/forcewire-demo", "--steps", "100", "--cells", "5", cwd=self.folder,
                   env=with_path(PYTHON=sys.executable))
        self.assertIn("round trips per second", text)
        self.assertTrue((self.folder / "forcewire-demo/argon.png").exists())
        self.assertIn("--steps N", run(tree / "bin/forcewire-demo", "--help"))

    def test_job_scripts(self):
        batch = tree / "share/forcewire/batch"
        environment = with_path(batch, tree / "bin", SLURM_NTASKS="2", STEPS="10")
        self.assertIn("--on-warning", run("with_server", "--help", env=environment))
        self.assertIn("STATS.md", run("forcewire-draw-stats", "--help", env=environment))
        shutil.copy(batch / "argon.py", self.folder)
        text = run(batch / "slurm/one_node", cwd=self.folder, env=environment)
        self.assertIn("done at step 10", text)
        # As help and manual name them.
        self.assertTrue((tree / "share/doc/forcewire/apps/forcewire/STATS.md").exists())
        self.assertTrue((tree / "share/doc/forcewire/apps/forcewire/draw_stats").exists())
        # Those for i-PI tell what to copy.
        for script in batch.glob("*/*"):
            self.assertNotIn("apps/", script.read_text())
            commands = re.findall(r'(?m)^# +(examples=.*|cp "\$examples".*)$', script.read_text())
            run("bash", "-euc", "\n".join(commands), cwd=self.folder, env=environment)
        self.assertTrue((self.folder / "input.xml").exists())

    def test_examples(self):
        server = self.folder / "like_ipi.py"
        server.write_text(LIKE_IPI)
        run(tree / "share/forcewire/examples/ipi/run", "nve_unix", cwd=self.folder,
            env=with_path(IPI=f"python3 {server}"))
        self.assertIn("the server sent EXIT",
                      (self.folder / "ipi-nve_unix/client.log").read_text())

    def test_c_and_fortran_programs(self):
        """In a project that knows no C++, and on a machine without Highway."""
        languages, sources = ["C"], ["c_client.c"]
        if shutil.which("gfortran"):
            languages, sources = ["C", "Fortran"], ["c_client.c", "fortran_client.f90"]
        lists = f"""
            cmake_minimum_required(VERSION 3.25)
            project(clients {' '.join(languages)})
            find_package(forcewire 0.1 REQUIRED)
            foreach(source {' '.join(sources)})
              cmake_path(GET source STEM program)
              add_executable(${{program}} {CLIENTS}/${{source}})
              target_link_libraries(${{program}} PRIVATE forcewire::classic_sockets)
            endforeach()
            """
        (self.folder / "CMakeLists.txt").write_text(lists)
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        run("cmake", "-S", ".", "-B", "build", *generator, "-DCMAKE_DISABLE_FIND_PACKAGE_hwy=ON",
            "-DCMAKE_Fortran_FLAGS=-fallow-argument-mismatch -w", f"-DCMAKE_PREFIX_PATH={tree}",
            cwd=self.folder)
        run("cmake", "--build", "build", cwd=self.folder)
        # And as an old makefile would.
        run("cc", "-I", tree / "include/forcewire", CLIENTS / "c_client.c", "-L", tree / "lib",
            "-lforcewire_classic_sockets", "-lstdc++", "-o", "build/by_hand", cwd=self.folder)
        for program in [*(pathlib.Path(source).stem for source in sources), "by_hand"]:
            text = run(self.folder / "build" / program, "unix", 150 * "x", "0", status=3)
            self.assertIn("forcewire: error: ", text)

        (self.folder / "CMakeLists.txt").write_text(
            f"{lists}\nforcewire_add_potential(morse morse.cpp)\n")
        self.assertIn("libhwy-dev", run("cmake", "build", cwd=self.folder, status=1))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
