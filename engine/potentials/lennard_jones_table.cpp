#include "engine/potentials/lennard_jones_table.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/expected_names.hpp"

namespace forcewire {

namespace {

/// A table of the file, and what it is called there.
class Section {
 public:
  Section(std::string_view path, std::string name, const toml::table& table)
      : path_(path), name_(std::move(name)), table_(table) {}

  /// `argon.toml:7: pair.Ar-Kr`
  std::string origin() const { return origin(table_, name_); }

  /// @throws ModelError when the table has another key
  void expect_keys(std::span<const std::string_view> known) const {
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      throw ModelError(fmt::format("{}: unknown key, expected {}", origin(node, full_name(key)),
                                   one_of(known, key.str())));
    }
  }

  std::optional<Setting> find(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    std::string where = origin(*node, full_name(key));
    if (const auto* text = node->as_string()) return Setting{std::move(where), text->get()};
    // As text again, so that numbers and texts are read and reported by the same code; {} gives
    // as many digits as it takes to come back exactly.
    if (const auto* integer = node->as_integer()) {
      return Setting{std::move(where), fmt::format("{}", integer->get())};
    }
    if (const auto* number = node->as_floating_point()) {
      return Setting{std::move(where), fmt::format("{}", number->get())};
    }
    throw ModelError(
        fmt::format("{}: expected a number, or text in quotes such as \"3.4 angstrom\"", where));
  }

  Setting require(std::string_view key) const {
    if (std::optional<Setting> setting = find(key)) return *std::move(setting);
    throw ModelError(fmt::format("{}: {} is missing", origin(), key));
  }

  /// The tables inside the table `key`, each under its own name; none when there is no such key.
  std::vector<std::pair<std::string, Section>> subsections(std::string_view key) const {
    std::vector<std::pair<std::string, Section>> found;
    const toml::node* outer = table_.get(key);
    if (outer == nullptr) return found;
    const std::string outer_name = full_name(key);
    const Section section(path_, outer_name, as_table(*outer, outer_name, outer_name + ".NAME"));
    for (const auto& [inner, node] : section.table_) {
      const std::string name = section.full_name(inner);
      found.emplace_back(inner.str(), Section(path_, name, as_table(node, name, name)));
    }
    return found;
  }

 private:
  std::string full_name(std::string_view key) const {
    return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
  }

  std::string origin(const toml::node& node, std::string_view name) const {
    return fmt::format("{}:{}: {}", path_, node.source().begin.line, name);
  }

  const toml::table& as_table(const toml::node& node, std::string_view name,
                              std::string_view header) const {
    if (const toml::table* table = node.as_table()) return *table;
    throw ModelError(fmt::format("{}: expected a table [{}]", origin(node, name), header));
  }

  std::string_view path_;
  std::string name_;
  const toml::table& table_;
};

toml::table parse_toml(const std::string& path) {
  try {
    return toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    // Line 0: not a place in the text, the file itself could not be read.
    throw ModelError(line == 0 ? fmt::format("{}: {}", path, error.description())
                               : fmt::format("{}:{}: {}", path, line, error.description()));
  }
}

LennardJonesTable::SpeciesPair in_order(std::string_view a, std::string_view b) {
  return a < b ? LennardJonesTable::SpeciesPair{a, b} : LennardJonesTable::SpeciesPair{b, a};
}

LennardJonesTable::Species read_species(const std::string& name, const Section& section) {
  static constexpr std::array<std::string_view, 2> keys = {"sigma", "epsilon"};
  if (name.find('-') != std::string::npos) {
    throw ModelError(
        fmt::format("{}: the name of a species must not hold '-', which joins the "
                    "names of a pair",
                    section.origin()));
  }
  section.expect_keys(keys);
  return {section.require("sigma"), section.require("epsilon")};
}

/// The two species of `[pair.A-B]`.
LennardJonesTable::SpeciesPair read_pair_name(const std::string& name, const Section& section,
                                              const LennardJonesTable& table) {
  const std::size_t dash = name.find('-');
  if (dash == std::string::npos) {
    throw ModelError(fmt::format("{}: expected two species joined by '-', as in [pair.Ar-Kr]",
                                 section.origin()));
  }
  std::vector<std::string_view> known;
  for (const auto& [species, parameters] : table.species) known.push_back(species);
  const std::array<std::string, 2> members = {name.substr(0, dash), name.substr(dash + 1)};
  for (const std::string& member : members) {
    if (table.species.contains(member)) continue;
    throw ModelError(fmt::format("{}: there is no [species.{}], expected {}", section.origin(),
                                 member, one_of(known, member)));
  }
  return in_order(members[0], members[1]);
}

void read_pair(const std::string& name, const Section& section, LennardJonesTable& table) {
  static constexpr std::array<std::string_view, 4> keys = {"sigma", "epsilon", "cutoff",
                                                           "switch-on"};
  section.expect_keys(keys);
  const LennardJonesTable::SpeciesPair species = read_pair_name(name, section, table);
  LennardJonesTable::Pair pair{section.origin(), section.find("sigma"), section.find("epsilon"),
                               section.find("cutoff"), section.find("switch-on")};
  if (species.first == species.second && (pair.sigma || pair.epsilon)) {
    throw ModelError(fmt::format("{}: sigma and epsilon of like atoms belong under [species.{}]",
                                 section.origin(), species.first));
  }
  const auto [earlier, is_new] = table.pairs.emplace(species, std::move(pair));
  if (!is_new) {
    throw ModelError(fmt::format("{}: this pair has an entry already, {}", section.origin(),
                                 earlier->second.origin));
  }
}

}  // namespace

LennardJonesTable LennardJonesTable::read(const std::string& path) {
  static constexpr std::array<std::string_view, 7> keys = {
      "mixing", "cutoff", "truncation", "switch-on", "tail", "species", "pair"};
  const toml::table document = parse_toml(path);
  const Section top(path, "", document);
  top.expect_keys(keys);

  LennardJonesTable table;
  table.path = path;
  if (const std::optional<Setting> mixing = top.find("mixing")) {
    table.mixing = mixing->choice<Mixing>({{"lorentz-berthelot", Mixing::lorentz_berthelot},
                                           {"geometric", Mixing::geometric},
                                           {"explicit", Mixing::explicit_pairs}});
  }
  table.cutoff = top.find("cutoff");
  table.truncation = top.find("truncation");
  table.switch_on = top.find("switch-on");
  table.tail = top.find("tail");
  for (const auto& [name, section] : top.subsections("species")) {
    table.species.emplace(name, read_species(name, section));
  }
  if (table.species.empty()) {
    throw ModelError(
        fmt::format("{}: expected a table [species.NAME] for each species, got none", path));
  }
  for (const auto& [name, section] : top.subsections("pair")) read_pair(name, section, table);
  return table;
}

LennardJonesTable::Pair LennardJonesTable::pair(std::string_view a, std::string_view b) const {
  const auto found = pairs.find(in_order(a, b));
  return found == pairs.end() ? Pair{} : found->second;
}

}  // namespace forcewire
