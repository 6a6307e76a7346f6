#pragma once

#include <string>
#include <vector>

namespace forcewire {

/// What a potential finds out besides energy, forces and virial: JSON values, each under a key.
class Extras {
 public:
  void clear() { entries_.clear(); }
  bool has(const std::string& key) const;

  /// @throws PotentialFailure when the key is empty or not UTF-8, or is there already, or the value
  ///         is no JSON
  void add(const std::string& key, std::string json);

  /// One JSON object of all, or nothing when there is none.
  std::string text() const;

 private:
  struct Entry {
    std::string key;  // as a JSON string, with its quotation marks
    std::string json;
  };
  std::vector<Entry> entries_;
};

}  // namespace forcewire
