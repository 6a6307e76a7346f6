#pragma once

#include <exception>
#include <new>
#include <optional>
#include <string>

namespace forcewire {

/// Runs steps that may throw, none after the first failure: other ranks wait in the next
/// collective, so that a failure must become a fact to report there.
class Attempt {
 public:
  template <typename Step>
  void operator()(Step step) {
    if (failure_) return;
    try {
      step();
    } catch (const std::bad_alloc&) {
      failure_ = "out of memory";
    } catch (const std::exception& error) {
      failure_ = error.what();
    } catch (...) {
      failure_ = "the potential threw something that is no std::exception";
    }
  }

  const std::optional<std::string>& failure() const { return failure_; }

 private:
  std::optional<std::string> failure_;
};

}  // namespace forcewire
