#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

#include "forcewire/plugin.h"

namespace forcewire {

/// Does `work` where nothing may throw: writes what an exception says into `error`, never nothing.
/// @return 0, or 1 after an exception
template <class Work>
std::int32_t report_exceptions(forcewire_error* error, const Work& work) {
  const auto say = [error](std::string_view what) {
    if (what.empty()) what = "an exception without a text";
    const std::size_t length = std::min(what.size(), sizeof(error->text) - 1);
    error->text[what.copy(error->text, length)] = '\0';
    return 1;
  };
  try {
    work();
    return 0;
  } catch (const std::exception& exception) {
    return say(exception.what() == nullptr ? "" : exception.what());
  } catch (...) {
    return say("an exception that is no std::exception");
  }
}

}  // namespace forcewire
