#include "engine/potentials/extras.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/potentials/errors.hpp"

namespace forcewire {

namespace {

PotentialFailure bad(const std::string& why) { return {PotentialFailure::Kind::exception, why}; }

std::string quoted(const std::string& key) {
  if (key.empty()) throw bad("an extra has an empty key");
  try {
    return nlohmann::json(key).dump();
  } catch (const nlohmann::json::exception&) {
    throw bad("an extra has a key that is not UTF-8");
  }
}

/// Where there is something wrong, in the parser's own words, without the name of its class.
std::string why_not_json(const std::string& text) {
  try {
    const auto unused [[maybe_unused]] = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& exception) {
    const std::string_view what = exception.what();
    const bool is_no_number = text.find("nan") != text.npos || text.find("inf") != text.npos;
    return std::string(what.substr(std::min(what.find("] ") + 2, what.size()))) +
           (is_no_number ? " (JSON knows no numbers that are not finite)" : "");
  }
  return "it is none";
}

}  // namespace

void Extras::add(const std::string& key, std::string json) {
  std::string name = quoted(key);
  if (std::ranges::find(entries_, name, &Entry::key) != entries_.end()) {
    throw bad(fmt::format("it has the extra '{}' twice", key));
  }
  // Makes no objects of it, which may be an array over all atoms.
  if (!nlohmann::json::accept(json)) {
    throw bad(fmt::format("its extra '{}' is no JSON, {}", key, why_not_json(json)));
  }
  entries_.push_back({std::move(name), std::move(json)});
}

bool Extras::has(const std::string& key) const {
  return std::ranges::find(entries_, quoted(key), &Entry::key) != entries_.end();
}

std::string Extras::text() const {
  if (entries_.empty()) return {};
  std::string text = "{";
  for (const Entry& entry : entries_) {
    if (text.size() > 1) text += ", ";
    text += entry.key + ": " + entry.json;
  }
  return text + "}";
}

}  // namespace forcewire
