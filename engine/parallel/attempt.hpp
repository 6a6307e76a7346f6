#pragma once

#include <exception>
#include <new>
#include <optional>

#include "engine/geometry/invalid_structure.hpp"
#include "engine/parallel/communicator.hpp"
#include "engine/parallel/mpi_error.hpp"
#include "engine/potentials/errors.hpp"
#include "engine/potentials/exception_text.hpp"

namespace forcewire {

/// Runs steps that may throw, none after the first failure: other ranks wait in the next
/// collective, so that a failure must become a fact to report there.
class Attempt {
 public:
  template <typename Step>
  void operator()(Step step) {
    using Kind = PotentialFailure::Kind;
    if (failure_) return;
    try {
      step();
    } catch (const MpiError&) {
      throw;  // the other ranks cannot be told: they may be inside the operation that failed here
    } catch (const PotentialFailure& failure) {
      failure_ = failure;
    } catch (const InvalidStructure& error) {
      failure_.emplace(Kind::structure, error.what());
    } catch (const std::bad_alloc&) {
      failure_.emplace(Kind::memory, "out of memory");
    } catch (const std::exception&) {
      failure_.emplace(Kind::exception, exception_text());
    } catch (...) {
      failure_.emplace(Kind::exception, "the potential threw " + exception_text());
    }
  }

  /// What happened on this rank.
  const std::optional<PotentialFailure>& failure() const { return failure_; }

  /// The failure of the first rank that has one, on all ranks; nothing when none has. @collective
  std::optional<PotentialFailure> first_failure(const Communicator& ranks) const;

 private:
  std::optional<PotentialFailure> failure_;
};

}  // namespace forcewire
