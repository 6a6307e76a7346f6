#include "apps/forcewire/check_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace forcewire {

namespace {

std::string_view mark(Verdict verdict) {
  switch (verdict) {
    case Verdict::agreed:
      return "";
    case Verdict::cannot_tell:
      return "  cannot tell";
    case Verdict::disagreed:
      return "  <--";
  }
  return "";
}

/// Nothing is worse than NaN.
bool is_worse(double difference, double worst) {
  return !std::isnan(worst) && !(difference <= worst);
}

}  // namespace

double CheckRow::relative_difference() const {
  return std::abs(ours - reference) / (scale > 0 ? scale : 1);
}

Verdict CheckRow::verdict() const {
  const double difference = relative_difference();
  if (difference <= tolerance) return is_lost ? Verdict::cannot_tell : Verdict::agreed;
  return difference <= tolerance + doubt ? Verdict::cannot_tell : Verdict::disagreed;
}

void WorstRows::add(const CheckRow& row) {
  std::optional<CheckRow>& worst = row.verdict() == Verdict::cannot_tell ? worst_untold_ : worst_;
  // One that disagrees is worse than all that agree, whose tolerances may be wider.
  const auto disagrees = [](const CheckRow& one) { return one.verdict() == Verdict::disagreed; };
  if (worst && disagrees(*worst) && !disagrees(row)) return;
  if (!worst || (disagrees(row) && !disagrees(*worst)) ||
      is_worse(row.relative_difference(), worst->relative_difference())) {
    worst = row;
  }
}

std::vector<CheckRow> WorstRows::rows() const {
  std::vector<CheckRow> rows;
  if (worst_) rows.push_back(*worst_);
  if (worst_untold_) rows.push_back(*worst_untold_);
  return rows;
}

std::string check_table(std::span<const CheckRow> rows) {
  std::string text =
      fmt::format("  {:<34} {:>20} {:>20} {:>11}\n", "", "forcewire", "reference", "difference");
  for (const CheckRow& row : rows) {
    text += fmt::format("  {:<34} {:>20.12e} {:>20.12e} {:>11.1e}{}\n", row.name, row.ours,
                        row.reference, row.relative_difference(), mark(row.verdict()));
  }
  return text;
}

Verdict overall_verdict(std::span<const CheckRow> rows) {
  const auto any = [&](Verdict verdict) {
    return std::ranges::any_of(rows, [&](const CheckRow& row) { return row.verdict() == verdict; });
  };
  if (any(Verdict::disagreed)) return Verdict::disagreed;
  return any(Verdict::agreed) ? Verdict::agreed : Verdict::cannot_tell;
}

std::string verdict_line(Verdict verdict) {
  std::string_view word;
  switch (verdict) {
    case Verdict::agreed:
      word = "agreed";
      break;
    case Verdict::cannot_tell:
      word = "cannot tell";
      break;
    case Verdict::disagreed:
      word = "DISAGREED";
      break;
  }
  return fmt::format("  verdict: {}\n", word);
}

}  // namespace forcewire
