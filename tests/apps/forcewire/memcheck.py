"""`memcheck.py FORCEWIRE RANKS SUPPRESSIONS [option of forcewire...]`: see tests/memcheck."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import scripted_server
import structures

MODEL = ["-m", "lj", "-o", "6.4345,3.7938e-4,16.063"]
# Frames that do not say whose a block of memory is.
LIBRARIES = re.compile(r"vgpreload|libc\.so|libstdc\+\+|\((malloc|new_allocator|allocator|alloc_traits)")


def blocks_of(log):
    """What valgrind says, each finding with its stack."""
    lines = [re.sub(r"^==\d+== ?", "", line) for line in log.read_text().splitlines()
             if line.startswith("==")]
    return [block.splitlines() for block in re.split(r"\n\s*\n", "\n".join(lines))]


def stack_of(block):
    """Frames from the innermost on; of a block that was wrongly accessed, the access alone."""
    stack = []
    for line in block:
        if re.match(r"\s+(at|by) 0x", line):
            stack.append(line)
        elif stack:
            break
    return stack


def is_ours(stack, program):
    """The innermost frame that is not of a general library is ours."""
    inner = next((frame for frame in stack if not LIBRARIES.search(frame)), "")
    return "forcewire::" in inner or f"(in {program})" in inner


def ask(server):
    """Requests of all kinds: few atoms and many, more and fewer than before, lists made anew."""
    connection = server.accept()
    connection.socket.settimeout(300)
    random = np.random.default_rng(1)
    cell, positions = structures.liquid(1331)
    for _ in range(5):
        connection.evaluate(cell, positions)
        positions = positions + random.normal(0, 0.3, positions.shape)
    for structure in structures.EVERY_KIND.values():
        connection.evaluate(*structure())
    connection.evaluate(*structures.liquid(3000))
    connection.exit()


def main():
    program, ranks, suppressions, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        server = scripted_server.Server("unix")
        server.socket.settimeout(120)
        command = ["mpirun", "-n", ranks]
        if "FORCEWIRE_MEMCHECK_PRELOAD" in os.environ:
            command += ["-x", "LD_PRELOAD=" + os.environ["FORCEWIRE_MEMCHECK_PRELOAD"]]
        command += ["valgrind", "--leak-check=full", "--show-leak-kinds=definite",
                    "--num-callers=40", f"--suppressions={suppressions}",
                    f"--log-file={folder}/%p.log", program, *MODEL, "-q", *server.arguments,
                    *options]
        with subprocess.Popen(command) as process:
            ask(server)
            status = process.wait(120)
        server.close()
        logs = sorted(pathlib.Path(folder).glob("*.log"))
        assert len(logs) == int(ranks), f"expected a log of each rank, got {logs}"
        findings = [block for log in logs for block in blocks_of(log) if stack_of(block)]
    ours = [block for block in findings if is_ours(stack_of(block), program)]
    for block in ours:
        print("\n".join(block), end="\n\n")
    print(f"memcheck, {ranks} ranks, {' '.join(options)}: {len(ours)} findings in our code, "
          f"{len(findings) - len(ours)} in MPI and its helpers; status {status}")
    sys.exit(1 if ours or status else 0)


main()
