"""The ranks of a program that mpirun has started, as /proc shows them."""

import os
from pathlib import Path

PROC = Path('/proc')
# What MPI libraries call the rank of a process.
RANK_VARIABLES = (b'OMPI_COMM_WORLD_RANK', b'PMI_RANK', b'PMIX_RANK')


class Rank:
    """One process; its figures are those of the moment."""

    def __init__(self, pid):
        self.pid = pid
        self.folder = PROC / str(pid)
        variables = dict(entry.split(b'=', 1) for entry in
                         (self.folder / 'environ').read_bytes().split(b'\0') if b'=' in entry)
        self.number = int(next((variables[name] for name in RANK_VARIABLES if name in variables),
                               b'0'))

    def processor_seconds(self):
        """Of all its threads, in user mode and in the kernel."""
        fields = _stat(self.folder)
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def resident_kib(self):
        """Memory that it has, with what it shares with the other ranks."""
        pages = int((self.folder / 'statm').read_text().split()[1])
        return pages * os.sysconf('SC_PAGE_SIZE') // 1024

    def descriptors(self):
        return len(os.listdir(self.folder / 'fd'))


def ranks_below(pid, name='forcewire'):
    """The processes called `name` that were started by process `pid` or its children, by rank."""
    children = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                children.setdefault(int(_stat(folder)[1]), []).append(int(folder.name))
            except OSError:
                pass  # it has ended meanwhile
    found, generation = [], [pid]
    while generation:
        found += [p for p in generation if (PROC / str(p) / 'comm').read_text().strip() == name]
        generation = [child for parent in generation for child in children.get(parent, [])]
    return sorted(map(Rank, found), key=lambda rank: rank.number)


def _stat(folder):
    """The fields behind the name, which may hold blanks and brackets."""
    return (folder / 'stat').read_text().rpartition(')')[2].split()
