// A client that computes nothing and answers every request at once with zeros: what the socket, the
// server and the operating system cost by themselves.
//
//   idle_client PATH-OF-UNIX-SOCKET

#include <exception>
#include <iostream>
#include <utility>
#include <variant>
#include <vector>

#include "socket/open_socket.hpp"
#include "socket/session.hpp"

namespace {

void answer_all(forcewire::Session& session) {
  std::vector<double> forces;
  for (;;) {
    const forcewire::Event event = session.next();
    if (std::holds_alternative<forcewire::Exit>(event)) return;
    if (const auto* request = std::get_if<forcewire::Evaluate>(&event)) {
      forces.resize(request->positions.size());
      session.answer({.energy = 0, .forces = forces, .virial = {}, .extras = {}});
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: idle_client PATH-OF-UNIX-SOCKET\n";
    return 2;
  }
  try {
    auto socket = forcewire::open_socket(forcewire::UnixEndpoint{argv[1]});
    forcewire::Session session(std::move(*socket), {});
    answer_all(session);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "idle_client: error: " << error.what() << '\n';
    return 1;
  }
}
