#include "engine/potentials/leading_number.hpp"

#include <charconv>
#include <string>
#include <system_error>

namespace forcewire {

namespace {

LeadingNumber read_c_number(std::string_view text) {
  LeadingNumber number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number.value);
  number.length = static_cast<std::size_t>(end - text.data());
  number.in_range = error != std::errc::result_out_of_range;
  return number;
}

bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// Does `text` begin with an exponent as Fortran writes it? The digits tell it from a unit.
bool has_fortran_exponent(std::string_view text) {
  if (text.empty() || (text[0] != 'd' && text[0] != 'D')) return false;
  const bool has_sign = text.size() > 1 && (text[1] == '-' || text[1] == '+');
  const std::size_t digits = has_sign ? 2 : 1;
  return text.size() > digits && is_digit(text[digits]);
}

}  // namespace

LeadingNumber read_leading_number(std::string_view text) {
  // from_chars knows no plus, and would take the minus behind one.
  const std::size_t plus = text.size() > 1 && text[0] == '+' && text[1] != '-' ? 1 : 0;
  const std::string_view unsigned_text = text.substr(plus);
  LeadingNumber number = read_c_number(unsigned_text);
  if (number.length == 0) return number;
  if (has_fortran_exponent(unsigned_text.substr(number.length))) {
    std::string c_text(unsigned_text);
    c_text[number.length] = 'e';
    number = read_c_number(c_text);
  }
  number.length += plus;
  return number;
}

}  // namespace forcewire
