"""Measures the table of faults of apps/forcewire/FAULTS.md and prints it.

    fault_table.py FORCEWIRE MPIRUN [tests at once]

It runs the tests that provoke the faults, with one rank and with three (several groups: four), over
TCP and over a UNIX socket, and more thoroughly than CTest does; that takes about ten minutes.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

RUNS = (("1", "tcp"), ("1", "unix"), ("3", "tcp"), ("3", "unix"))
SCRIPTS = {
    "failure_test.py": RUNS,
    "fault_test.py": RUNS,
    "killed_test.py": RUNS,
    "stop_test.py": RUNS,
    "reconnect_test.py": RUNS,
    "stats_test.py": RUNS,
    "groups_test.py": (("4", "unix"),),
}
CHAPTERS = {
    "Starting": ("ConnectionTest", "StartTest"),
    "In the stream": ("ProtocolTest", "StreamTest", "VanishedServerTest"),
    "In the numbers": ("PotentialTest", "NumbersTest"),
    "On our side": ("StatusTest", "PluginTest", "OurSideTest", "KilledTest", "StoppedTest", "StatsFaultTest"),
    "Leaving": ("StopTest",),
    "Coming back": ("ReconnectTest",),
    "Several groups": ("GroupsThatFailTest",),
}


def classes():
    """Those that provoke faults, with the runs of each."""
    wanted = {name for names in CHAPTERS.values() for name in names}
    for script, runs in SCRIPTS.items():
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), script)
        with open(path) as file:
            found = re.findall(r"(?m)^class (\w+)", file.read())
        for name in filter(wanted.__contains__, found):
            yield path, name, runs


def run(path, name, ranks, kind, program, mpirun):
    """The rows of a class of tests, and what it said if one of them failed."""
    build = os.path.join(os.path.dirname(os.path.abspath(program)), os.pardir, os.pardir)
    plugins = os.path.normpath(os.path.join(build, "tests", "plugins"))
    with tempfile.NamedTemporaryFile("r", prefix="fw_table_") as table:
        finished = subprocess.run(
            [sys.executable, path, program, mpirun, ranks, kind, "5", name],
            env=dict(os.environ, FORCEWIRE_FAULT_TABLE=table.name, FORCEWIRE_TEST_PLUGINS=plugins),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        rows = [dict(json.loads(line), ranks=ranks) for line in table]
    return rows, finished.stdout if finished.returncode else ""


def what_happens(row):
    paragraph = " ".join(row["what"].split("\n\n")[0].split()).rstrip(".")
    if paragraph and len(paragraph) < 90:
        return paragraph
    words = row["test"].split(".test_")[1].replace("_", " ")
    return words[0].upper() + words[1:]


def message(row):
    text = re.sub(r"^(\[\d+\] )?forcewire: (error: )?", r"\1", row["message"])
    text = re.sub(r"/tmp/fw_\w+(/\w+)?", "PATH", text)
    text = re.sub(r"/(tmp/tmp\w+|\S*/plugins)/", "", text)
    text = re.sub(r"127\.0\.0\.1(:| port )\d+", "ADDRESS", text)
    text = text.split(". ")[0].rstrip(".")  # what follows is advice
    if len(text) > 150:
        text = text[:147] + "..."
    return text.replace("|", "\\|").replace("*", "\\*")


def print_chapter(title, names, rows):
    print(f"\n## {title}\n")
    tests = {}
    for row in rows:
        if row["test"].split(".")[0] in names:
            tests.setdefault(row["test"], []).append(row)
    numbers = sorted({row["ranks"] for measured in tests.values() for row in measured})
    columns = " | ".join(f"n={ranks}" for ranks in numbers)
    print(f"| What happens | Status | What it says | Seconds, {columns} | Test |")
    print("|---" * (4 + len(numbers)) + "|")
    for test, measured in sorted(tests.items(), key=lambda item: names.index(item[0].split(".")[0])):
        statuses = ", ".join(str(s) for s in sorted({row["status"] for row in measured}))
        seconds = [
            f"{max(times):.1f}" if (times := [r["seconds"] for r in measured if r["ranks"] == n])
            else "" for n in numbers
        ]  # fmt: skip
        told = next((row for row in reversed(measured) if row["message"]), measured[-1])
        script = measured[0]["script"].removesuffix(".py")
        print(f"| {what_happens(measured[0])} | {statuses} | {message(told)} "
              f"| {' | '.join(seconds)} | `{script}` {test} |")  # fmt: skip


def main():
    program, mpirun = sys.argv[1:3]
    at_once = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    jobs = [(path, name, *run, program, mpirun) for path, name, runs in classes() for run in runs]
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        outcomes = list(pool.map(lambda job: run(*job), jobs))
    rows = [row for outcome in outcomes for row in outcome[0]]
    for title, names in CHAPTERS.items():
        print_chapter(title, names, rows)
    failures = [said for _, said in outcomes if said]
    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
