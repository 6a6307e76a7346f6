#include "apps/forcewire/engine_loop.hpp"

#include <Eigen/Core>
#include <variant>
#include <vector>

namespace forcewire {

namespace {

// Session and evaluator both have lattice vectors and stress directions as rows; the wire's
// transposed order is the session's affair.
using RowMajorMatrix = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;

Structure to_structure(const Evaluate& request) {
  return {.cell = Eigen::Map<const RowMajorMatrix>(request.cell.data()),
          .positions = request.positions};
}

Answer to_answer(const Result& result) {
  Answer answer{
      .energy = result.energy, .forces = result.forces, .virial = {}, .extras = result.extras};
  Eigen::Map<RowMajorMatrix>(answer.virial.data()) = result.virial;
  return answer;
}

}  // namespace

SessionOptions session_options(Evaluator& evaluator) {
  SessionOptions options;
  options.positions = [&](std::size_t count) { return evaluator.positions(count); };
  options.on_positions = [&](std::size_t count) { return evaluator.share(count); };
  return options;
}

Exit::Reason run_engine_loop(Session& session, Evaluator& evaluator,
                             const EngineLoopObserver& observer) {
  Result result;  // lives as long as the session may have to send it
  std::vector<double> kept_positions;
  std::vector<double> kept_forces;  // these, too
  const auto whole_result = [&]() -> const Result& {
    evaluator.await_forces(result.forces.size());
    return result;
  };
  for (;;) {
    const Event event = session.next();
    if (const auto* exit = std::get_if<Exit>(&event)) return exit->reason;
    if (const auto* request = std::get_if<Evaluate>(&event)) {
      Structure structure = to_structure(*request);
      observer.before(structure);
      const auto start = std::chrono::steady_clock::now();
      result = evaluator.evaluate_in_pieces(structure);
      const auto duration = std::chrono::steady_clock::now() - start;
      bool is_kept = false;
      const auto keep = [&] {
        if (is_kept) return;
        is_kept = true;
        whole_result();
        kept_forces.assign(result.forces.begin(), result.forces.end());
        result.forces = kept_forces;
        kept_positions.assign(structure.positions.begin(), structure.positions.end());
        structure.positions = kept_positions;
      };
      observer.after({structure, whole_result, duration, keep, result.energy});
      Answer answer = to_answer(result);
      // What is kept is whole; what the evaluator awaits by now may belong to another structure.
      if (!is_kept && evaluator.await_forces(0) < result.forces.size()) {
        answer.await_forces = [&](std::size_t count) { return evaluator.await_forces(count); };
      }
      session.answer(answer);
    }
  }
}

}  // namespace forcewire
