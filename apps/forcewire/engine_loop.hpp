#pragma once

#include <chrono>
#include <functional>

#include "engine/parallel/evaluator.hpp"
#include "socket/session.hpp"

namespace forcewire {

/// A request and what became of it.
struct ServedRequest {
  const Structure& structure;
  const Result& result;
  std::chrono::nanoseconds duration;  ///< from the request read to the answer ready to be sent
};

/// Who wants to see the requests go by.
struct EngineLoopObserver {
  std::function<void(const Structure&)> before;
  std::function<void(const ServedRequest&)> after;
};

/// The root's work: what the server asks goes to the engine, what the engine finds goes back.
///
/// @return why it ended in order
/// @throws whatever `Session::next`, `Evaluator::evaluate` and the observer throw
Exit::Reason run_engine_loop(Session& session, Evaluator& evaluator,
                             const EngineLoopObserver& observer);

}  // namespace forcewire
