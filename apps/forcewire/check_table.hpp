#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace forcewire {

/// What a comparison came to. That of several is the last one here that any of them has, but one
/// that agrees makes up for others that cannot tell.
enum class Verdict { agreed, cannot_tell, disagreed };

/// The outcome of `--check`.
struct CheckReport {
  std::string text;  ///< a table and a verdict
  Verdict verdict;
};

/// One compared quantity.
struct CheckRow {
  std::string name;  ///< with its unit
  double ours;
  double reference;
  double scale;      ///< what differences are relative to; 0: to one of the unit
  double tolerance;  ///< the largest difference that agrees, relative
  /// The largest difference, relative, that may be the fault of the reference.
  double doubt = 0;
  /// The reference is too inexact for agreement to mean anything.
  bool is_lost = false;

  double relative_difference() const;
  Verdict verdict() const;  ///< a number that is none disagrees
};

/// The rows with the largest relative differences: of those that can tell, and of those that
/// cannot.
class WorstRows {
 public:
  void add(const CheckRow& row);

  /// One or two; none if none was added.
  std::vector<CheckRow> rows() const;

 private:
  std::optional<CheckRow> worst_;
  std::optional<CheckRow> worst_untold_;
};

/// Rows one below the other, those that do not agree marked.
std::string check_table(std::span<const CheckRow> rows);

/// That of all rows together.
Verdict overall_verdict(std::span<const CheckRow> rows);

/// The last line of a report.
std::string verdict_line(Verdict verdict);

}  // namespace forcewire
