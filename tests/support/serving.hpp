#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "engine/parallel/evaluator.hpp"

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

}  // namespace forcewire
