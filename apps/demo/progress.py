"""A progress bar on a terminal, a line every tenth in a log."""

import sys
import time


class Progress:
    WIDTH = 30

    def __init__(self, steps):
        self.steps = steps
        self.start = time.monotonic()
        self.terminal = sys.stdout.isatty()
        self.next_part = 0.1  # in a log: what has to be done for the next line

    def show(self, done, text):
        """`done` of all steps are done; `text` says what is going on."""
        part = done / self.steps
        left = (time.monotonic() - self.start) * (1 / part - 1)
        bar = ("#" * int(part * self.WIDTH)).ljust(self.WIDTH, ".")
        line = f"  [{bar}] {100 * part:3.0f} %  {left:3.0f} s left  {text}"
        if self.terminal:
            print(f"\r{line}\033[K", end="\n" if done == self.steps else "", flush=True)
        elif part >= self.next_part:
            self.next_part += 0.1
            print(line, flush=True)
