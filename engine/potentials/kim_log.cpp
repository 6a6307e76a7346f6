#include "engine/potentials/kim_log.hpp"

#include <KIM_LanguageName.hpp>
#include <KIM_Log.hpp>
#include <KIM_LogVerbosity.hpp>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string_view>
#include <utility>

namespace forcewire {

namespace {

struct Kept {
  std::string log;
  std::ostringstream printed;
};

// KIM's print function gets no argument of ours, and its log is one for the whole process.
Kept& kept() {
  static Kept kept;
  return kept;
}

int keep(const std::string& lines) {
  kept().log += lines;
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
    // KIM takes it for granted that there is a home; in this one nothing can be made.
    setenv("HOME", "/dev/null", 0);
    KIM::Log::PushDefaultPrintFunction(KIM::LANGUAGE_NAME::cpp,
                                       reinterpret_cast<KIM::Function*>(&keep));
    KIM::Log::PushDefaultVerbosity(KIM::LOG_VERBOSITY::error);
    return true;
  }();
}

std::string take_kim_log() {
  const std::string log = std::exchange(kept().log, {});
  const std::string printed = kept().printed.str();
  kept().printed.str({});
  std::string messages;
  for (std::string_view rest = log.empty() ? printed : log; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() == rest.size() ? line.size() : line.size() + 1);
    if (message_of(line).empty() || messages.find(message_of(line)) != std::string::npos) continue;
    if (!messages.empty()) messages += "; ";
    messages += message_of(line);
    if (messages.ends_with('.')) messages.pop_back();
  }
  return messages;
}

KimStandardError::KimStandardError() : before_(std::cerr.rdbuf(kept().printed.rdbuf())) {}

KimStandardError::~KimStandardError() { std::cerr.rdbuf(before_); }

}  // namespace forcewire
