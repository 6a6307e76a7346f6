"""Who runs on which core of this node: the server has one, the engines share the others."""

import os


def parse_list(text):
    """The numbers of a list such as 0-3,8: {0, 1, 2, 3, 8}."""
    numbers = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return numbers


def siblings(cpu):
    """The hardware threads of a cpu's core, itself included."""
    try:
        with open("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % cpu) as file:
            return parse_list(file.read())
    except (OSError, ValueError):  # a container without /sys
        return {cpu}


def physical(cpus, siblings_of=siblings):
    """The cores that these cpus belong to, each as the list of its cpus among them."""
    found = {}
    for cpu in sorted(cpus):
        found.setdefault(min(siblings_of(cpu)), []).append(cpu)
    return [found[first] for first in sorted(found)]


def share(cores, engines):
    """The cpus of the server, and those of each engine; None is "as it comes".

    Neighbours go together: an engine on one socket, where there are two, shares its cache.
    """
    if len(cores) < 2:
        return None, [None] * engines
    *rest, last = cores
    if engines > len(rest):
        return last, [sum(rest, [])] * engines
    ends = [len(rest) * number // engines for number in range(engines + 1)]
    return last, [sum(rest[begin:end], []) for begin, end in zip(ends, ends[1:])]


def split(engines, wanted=True):
    """As `share`, of the cpus that this job may use."""
    if not wanted:
        return None, [None] * engines
    return share(physical(os.sched_getaffinity(0)), engines)
