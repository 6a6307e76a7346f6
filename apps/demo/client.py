"""forcewire as ASE's socket client, with a clock on the round trips."""

import os
import signal
import subprocess
import threading
import time
import warnings

from ase.calculators.socketio import SocketIOCalculator

PATIENCE = 20  # seconds that the client has to leave after the connection is closed


class Client:
    """`mpirun forcewire` in a session of its own: Ctrl-C is for the server alone, and the client
    leaves, in order, when the server closes the connection."""

    def __init__(self, program, ranks, model_options, log):
        self.command = ["mpirun", "-n", str(ranks), str(program), "--model", "lj", "--options",
                        model_options, "--unix", "--address"]
        self.log = log
        self.process = None

    def launch(self, atoms, properties=None, port=None, unixsocket=None):
        """Starts it; called by ASE, whose server listens by then."""
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*self.command, unixsocket], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        return self.process

    def kill(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    def check_status(self):
        """Raises OSError when it has ended with another status than 0."""
        if self.process.returncode != 0:
            raise OSError(f"it ended with status {self.process.returncode}")

    def last_words(self):
        """The end of its output, for an error message."""
        return self.log.read_text(errors="replace").splitlines()[-12:] if self.log.exists() else []


class ClientCalculator(SocketIOCalculator):
    """ASE's server; starts the client with the first request, and counts and times requests."""

    def __init__(self, client, socket_name):
        super().__init__(unixsocket=socket_name, launch_client=client.launch)
        self.client = client
        self.reset_clock()

    def reset_clock(self):
        self.round_trips = 0
        self.seconds = 0.0

    def calculate(self, *args, **kwargs):
        start = time.perf_counter()
        super().calculate(*args, **kwargs)
        self.seconds += time.perf_counter() - start
        self.round_trips += 1

    def close(self):
        """ASE closes the connection, then waits for the client: not for ever, here."""
        guard = threading.Timer(PATIENCE, self.client.kill)
        guard.start()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # ASE's, of a status that `check_status` looks at
                super().close()
        finally:
            guard.cancel()
