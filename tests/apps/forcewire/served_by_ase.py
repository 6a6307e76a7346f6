"""ASE as the server of the program."""

import os
import tempfile

from ase.calculators.socketio import SocketIOCalculator

from program_run import Program, ProgramTest


class ServedByAse(ProgramTest):
    def serve(self, atoms, run, arguments):
        """Lets `run()` have the forces of the program for `atoms`. Returns what the program said."""
        with tempfile.TemporaryDirectory() as folder:
            if self.kind_of_socket == "unix":
                name = f"fw_{os.getpid()}"
                where, connect = {"unixsocket": name}, ["-u", "-a", name]
            else:
                port = self.free_port()
                where, connect = {"port": port}, ["-p", str(port)]
            with Program(connect, arguments) as program:
                with SocketIOCalculator(**where, log=os.path.join(folder, "log")) as calculator:
                    atoms.calc = calculator
                    run()
                self.expect_success(program)
            return program.out

    def free_port(self):
        server = self.new_server()
        port = server.socket.getsockname()[1]
        server.close()
        return port
