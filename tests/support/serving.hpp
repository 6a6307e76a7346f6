#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "engine/parallel/evaluator.hpp"
#include "support/models.hpp"

namespace forcewire {

/// Runs `body(evaluator)` on the root while all other ranks serve it. However the body ends, the
/// other ranks are released, and so a failed assertion is no hang. @collective
template <typename Body>
void with_evaluator(std::unique_ptr<Potential> potential, EvaluatorOptions options, Body body) {
  const Communicator world = Communicator::world();
  Evaluator evaluator(world, std::move(potential), std::move(options));
  if (!evaluator.is_root()) {
    EXPECT_EQ(evaluator.serve(), 0);
    return;
  }
  struct Release {
    Evaluator& evaluator;
    ~Release() { evaluator.release(0); }
  } release{evaluator};
  body(evaluator);
}

/// Calls `body(options)` with the ranks split into one node and into two, as far as there are
/// ranks.
/// @collective
template <typename Body>
void for_each_layout(EvaluatorOptions options, Body body) {
  const int ranks = Communicator::world().size();
  for (const int nodes : {1, 2}) {
    if (nodes > ranks) continue;
    options.pretended_nodes = nodes;
    body(options);
  }
}

/// Runs `body(evaluator, model)` as `with_evaluator` does, for each layout. @collective
template <typename Body>
void with_each_layout(const ReferenceModel& model, const EvaluatorOptions& options, Body body) {
  for_each_layout(options, [&](const EvaluatorOptions& layout) {
    with_evaluator(engine_potential(model), layout,
                   [&](Evaluator& evaluator) { body(evaluator, model); });
  });
}

}  // namespace forcewire
