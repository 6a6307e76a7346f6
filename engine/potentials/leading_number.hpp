#pragma once

#include <cstddef>
#include <string_view>

namespace forcewire {

/// The number at the start of a text.
struct LeadingNumber {
  double value = 0;
  std::size_t length = 0;  ///< characters it takes; 0 when there is no number
  bool in_range = true;    ///< does it fit into a double?
};

/// Reads what C and Fortran write: `1e-3`, `1d-3`, `1D-3`, `+1`. Independent of the locale.
LeadingNumber read_leading_number(std::string_view text);

}  // namespace forcewire
