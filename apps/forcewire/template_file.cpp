#include "apps/forcewire/template_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include "apps/forcewire/usage_error.hpp"

namespace forcewire {

namespace {

/// Lines of a text file, with complaints that say where.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& path) : path_(path), stream_(path) {
    const std::string reason = std::generic_category().message(errno);
    // Opening a directory succeeds, and reading from it fails.
    std::error_code ignored;
    const bool is_folder = std::filesystem::is_directory(path, ignored);
    if (!stream_ || is_folder) {
      throw UsageError(fmt::format(
          "cannot read the template (-t {}; expected an xyz file, got: {}). Check the path.",
          path.string(), is_folder ? "a directory" : reason));
    }
  }

  /// @param expected what should stand there, for the complaint at the end of the file
  std::string next(const std::string& expected) {
    ++line_number_;
    std::string line;
    if (!std::getline(stream_, line)) fail(expected, "the end of the file");
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
  }

  [[noreturn]] void fail(const std::string& expected, const std::string& got) const {
    throw UsageError(
        fmt::format("bad template ({}:{}: expected {}, got {}). Give an xyz or extended-xyz file "
                    "with the atoms in the order of the server.",
                    path_.string(), line_number_, expected, got));
  }

 private:
  std::filesystem::path path_;
  std::ifstream stream_;
  int line_number_ = 0;
};

std::vector<std::string> split(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::size_t read_atom_count(LineReader& reader) {
  const std::string expected = "the number of atoms";
  const std::string line = reader.next(expected);
  const auto words = split(line);
  const auto count = words.size() == 1 ? parse_number<long>(words[0]) : std::nullopt;
  if (!count || *count < 1) reader.fail(expected, quoted(line));
  return static_cast<std::size_t>(*count);
}

/// Where in the line of an atom the species stands, and how many columns the line has at least.
struct Columns {
  std::size_t species = 0;
  std::size_t count = 4;  // species x y z
};

/// The value of `Properties=...` in the comment line, without its quotes; nothing if it is not
/// there.
std::optional<std::string> find_properties(const std::string& comment) {
  constexpr std::string_view key = "Properties=";
  const std::size_t start = comment.find(key);
  const bool is_a_word = start == 0 || (start != std::string::npos && comment[start - 1] == ' ');
  if (!is_a_word) return std::nullopt;
  std::string value = comment.substr(start + key.size());
  if (!value.empty() && value.front() == '"') {
    value.erase(0, 1);
    return value.substr(0, value.find('"'));
  }
  return value.substr(0, value.find_first_of(" \t"));
}

/// More columns than a line can have: their sum must not overflow.
constexpr std::size_t most_columns = 1'000'000;

/// Reads `name:type:count:name:type:count...`.
Columns parse_properties(const std::string& properties, const LineReader& reader) {
  std::vector<std::string> parts;
  std::istringstream stream(properties);
  for (std::string part; std::getline(stream, part, ':');) parts.push_back(part);
  const std::string expected = "Properties=name:type:columns:... with species:S:1";
  if (parts.size() % 3 != 0) reader.fail(expected, quoted(properties));

  std::optional<std::size_t> species;
  std::size_t column = 0;
  for (std::size_t i = 0; i + 2 < parts.size(); i += 3) {
    const auto width = parse_number<std::size_t>(parts[i + 2]);
    if (!width || *width == 0 || *width > most_columns) reader.fail(expected, quoted(properties));
    if (parts[i] == "species" && parts[i + 1] == "S" && *width == 1) species = column;
    column += *width;
  }
  if (!species) reader.fail(expected, quoted(properties));
  return {*species, column};
}

/// Refuses what is no plain xyz line, so that a wrong file is noticed.
void check_coordinates(const std::vector<std::string>& words, const std::string& line,
                       const LineReader& reader) {
  for (std::size_t i = 1; i <= 3; ++i) {
    if (!parse_number<double>(words[i])) reader.fail("species x y z", quoted(line));
  }
}

}  // namespace

std::vector<std::string> read_species(const std::filesystem::path& path) {
  LineReader reader(path);
  const std::size_t count = read_atom_count(reader);
  const auto properties = find_properties(reader.next("a comment line"));
  const Columns columns = properties ? parse_properties(*properties, reader) : Columns{};

  std::vector<std::string> species;
  for (std::size_t atom = 1; atom <= count; ++atom) {
    const std::string line = reader.next(fmt::format("atom {} of {}", atom, count));
    const auto words = split(line);
    if (words.size() < columns.count) {
      reader.fail(fmt::format("{} columns for atom {} of {}", columns.count, atom, count),
                  quoted(line));
    }
    if (!properties) check_coordinates(words, line, reader);
    species.push_back(words[columns.species]);
  }
  return species;
}

}  // namespace forcewire
