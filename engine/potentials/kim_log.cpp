#include "engine/potentials/kim_log.hpp"

#include <KIM_LanguageName.hpp>
#include <KIM_Log.hpp>
#include <KIM_LogVerbosity.hpp>
#include <cstddef>
#include <string_view>
#include <utility>

namespace forcewire {

namespace {

// KIM's print function gets no argument of ours, and its log is one for the whole process.
std::string& kept() {
  static std::string log;
  return log;
}

int keep(const std::string& lines) {
  kept() += lines;
  return 0;
}

/// What follows `date * sequence * verbosity * object * file:line * `.
std::string_view message_of(std::string_view line) {
  constexpr std::string_view separator = " * ";
  std::string_view rest = line;
  for (int field = 0; field < 5; ++field) {
    const std::size_t at = rest.find(separator);
    if (at == std::string_view::npos) return line;
    rest.remove_prefix(at + separator.size());
  }
  return rest;
}

}  // namespace

void keep_kim_log() {
  [[maybe_unused]] static const bool once = [] {
    kept();  // outlives whatever logs when the program ends
    KIM::Log::PushDefaultPrintFunction(KIM::LANGUAGE_NAME::cpp,
                                       reinterpret_cast<KIM::Function*>(&keep));
    KIM::Log::PushDefaultVerbosity(KIM::LOG_VERBOSITY::error);
    return true;
  }();
}

std::string take_kim_log() {
  const std::string log = std::exchange(kept(), {});
  std::string messages;
  for (std::string_view rest = log; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() == rest.size() ? line.size() : line.size() + 1);
    if (message_of(line).empty()) continue;
    if (!messages.empty()) messages += "; ";
    messages += message_of(line);
    if (messages.ends_with('.')) messages.pop_back();
  }
  return messages;
}

}  // namespace forcewire
