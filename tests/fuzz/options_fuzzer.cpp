// Options of models. Input: -m on the first line, -o on the second; @ is the path of a good file.
//
// What is accepted has a cutoff, and means the same with its entries in reverse order.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/potentials/registry.hpp"
#include "tests/fuzz/expectation.hpp"
#include "tests/fuzz/memory_file.hpp"

using namespace forcewire;

namespace {

constexpr std::array<std::string_view, 4> models_here = {"lj", "morse", "buckingham", "table"};

std::string good_file(std::string_view text) {
  static std::array<MemoryFile, 2> files;
  MemoryFile& file = files[text.front() == '0' ? 0 : 1];
  file.write(text);
  return file.path();
}

/// No option may name another file than ours: a device would be read for ever.
std::string with_our_files(std::string_view model, std::string options) {
  static const std::string table = good_file("0 5\n1 3\n2 1\n3 0\n");
  static const std::string parameters = good_file(
      "cutoff = 9\n[species]\nCu = { sigma = 3, epsilon = 1 }\n"
      "Ni = { sigma = 2, epsilon = 2 }\n");
  const bool names_files =
      options.find("file") != std::string::npos || options.find("parameters") != std::string::npos;
  if (names_files) std::ranges::replace(options, '/', '_');
  const std::size_t at = options.find('@');
  if (at != std::string::npos) options.replace(at, 1, model == "table" ? table : parameters);
  return options;
}

std::string reversed(std::string_view options) {
  std::string result;
  for (;;) {
    const std::size_t comma = options.rfind(',');
    result += options.substr(comma == std::string_view::npos ? 0 : comma + 1);
    if (comma == std::string_view::npos) return result;
    result += ',';
    options = options.substr(0, comma);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  ModelRequest request;
  request.name = text.substr(0, end);
  if (std::ranges::find(models_here, request.name) == models_here.end()) return 0;
  request.options =
      with_our_files(request.name, std::string(text.substr(std::min(end + 1, text.size()))));
  const bool has_species = request.options.find_first_of(":@") != std::string::npos ||
                           request.options.find("parameters") != std::string::npos;
  if (has_species) request.symbols = {"Cu", "Ni", "Ni"};
  const auto model = unless_refused([&] { return make_model(request); });
  if (!model) return 0;

  const double cutoff = model->potential->cutoff();
  expect(cutoff > 0 && std::isfinite(cutoff), "a cutoff");
  if (request.options.find('=') == std::string::npos) return 0;  // values in their order
  request.options = reversed(request.options);
  const Model other = make_model(request);
  expect(other.potential->description() == model->potential->description(),
         "the same model, whatever the order of its options");
  return 0;
}
