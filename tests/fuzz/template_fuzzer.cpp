// Templates. Input: an xyz or extended-xyz file.
//
// Species are words, as many as the file says; a plain file of them reads the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "apps/forcewire/template_file.hpp"
#include "tests/fuzz/expectation.hpp"
#include "tests/fuzz/memory_file.hpp"

using namespace forcewire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  file.write(text);
  const auto species = unless_refused([] { return read_species(file.path()); });
  if (!species) return 0;

  expect(!species->empty(), "a species");
  expect(species->size() <= static_cast<std::size_t>(std::ranges::count(text, '\n')),
         "no more atoms than lines");
  std::string plain = std::to_string(species->size()) + "\n\n";
  for (const std::string& name : *species) {
    expect(!name.empty() && name.find_first_of(" \t\n\v\f\r") == std::string::npos, "a word");
    plain += name + " 0 1.5 -2e1\n";
  }
  file.write(plain);
  expect(read_species(file.path()) == *species, "the same species of a plain file");
  return 0;
}
