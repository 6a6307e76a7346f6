#include "engine/potentials/expected_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace forcewire {

namespace {

// Not std::tolower, which asks the locale.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Letters to insert, delete or replace to get from `a` to `b` (Levenshtein), capitals aside.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> close_name(std::span<const std::string_view> known,
                                           std::string_view given) {
  if (given.empty() || known.empty()) return std::nullopt;
  const auto closest = std::ranges::min_element(
      known, {}, [given](std::string_view name) { return edit_distance(given, name); });
  // A third of the letters wrong is a slip; more is another word.
  if (edit_distance(given, *closest) > closest->size() / 3) return std::nullopt;
  return *closest;
}

std::string one_of(std::span<const std::string_view> known, std::string_view given) {
  std::string text = fmt::format("one of {}", fmt::join(known, ", "));
  if (const auto close = close_name(known, given)) {
    text += fmt::format(" (did you mean '{}'?)", *close);
  }
  return text;
}

}  // namespace forcewire
