// The protocol without a socket: how long it takes to read a request and to lay out the reply.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <variant>
#include <vector>

#include "socket/protocol.hpp"

namespace {

template <typename Number>
std::string bytes(const std::vector<Number>& numbers) {
  std::string result(numbers.size() * sizeof(Number), '\0');
  std::memcpy(result.data(), numbers.data(), result.size());
  return result;
}

std::string request_of(std::int32_t natoms) {
  return "POSDATA     " + bytes(std::vector<double>(18, 1.0)) + bytes(std::vector{natoms}) +
         bytes(std::vector<double>(3 * static_cast<std::size_t>(natoms), 2.0)) + "GETFORCE    ";
}

void request_and_reply(benchmark::State& state) {
  const std::string request = request_of(static_cast<std::int32_t>(state.range(0)));
  const std::vector<double> forces(3 * static_cast<std::size_t>(state.range(0)), -1.0);
  forcewire::Protocol protocol({});
  for (auto _ : state) {
    for (std::size_t done = 0; done < request.size();) {
      const auto wanted = protocol.wanted();
      std::memcpy(wanted.data(), request.data() + done, wanted.size());
      done += wanted.size();
      const auto event = protocol.received(wanted.size());
      if (event && std::holds_alternative<forcewire::Evaluate>(*event)) {
        protocol.answer({.energy = 1, .forces = forces, .virial = {}, .extras = {}});
      }
    }
    benchmark::DoNotOptimize(protocol.reply());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}
BENCHMARK(request_and_reply)->Arg(1)->Arg(108)->Arg(4000)->Arg(32000);

}  // namespace

BENCHMARK_MAIN();
