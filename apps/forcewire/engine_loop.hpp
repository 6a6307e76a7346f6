#pragma once

#include <chrono>
#include <functional>

#include "engine/parallel/evaluator.hpp"
#include "socket/session.hpp"

namespace forcewire {

/// A request and what became of it.
struct ServedRequest {
  const Structure& structure;
  std::function<const Result&()> result;  ///< waits for forces that are on their way between nodes
  std::chrono::nanoseconds duration;      ///< from the request read to the answer ready to be sent
  /// Takes structure and result out of the memory of the evaluator, which can evaluate others then:
  /// what is answered stays what was computed for this request, to the last bit.
  std::function<void()> keep = {};
  double energy = 0;  ///< of the result, without waiting [hartree]
};

/// Who wants to see the requests go by.
struct EngineLoopObserver {
  std::function<void(const Structure&)> before;
  std::function<void(const ServedRequest&)> after;  ///< before it is answered
};

/// Options of a session whose positions go straight into the memory of `evaluator`, and from there
/// to other nodes while it reads the rest.
SessionOptions session_options(Evaluator& evaluator);

/// The root's work: what the server asks goes to the engine, what the engine finds goes back, some
/// of it while the rest is still on its way from other nodes.
///
/// @param session with `session_options` of the evaluator, or else with a copy and without haste
/// @return why it ended in order
/// @throws whatever `Session::next`, `Evaluator::evaluate` and the observer throw
Exit::Reason run_engine_loop(Session& session, Evaluator& evaluator,
                             const EngineLoopObserver& observer);

}  // namespace forcewire
