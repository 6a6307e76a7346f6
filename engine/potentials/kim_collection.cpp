#include "engine/potentials/kim_collection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <KIM_CollectionItemType.hpp>
#include <KIM_Collections.hpp>
#include <algorithm>
#include <memory>
#include <string_view>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/expected_names.hpp"
#include "engine/potentials/kim_log.hpp"

namespace forcewire {

namespace {

struct DestroyCollections {
  void operator()(KIM::Collections* collections) const { KIM::Collections::Destroy(&collections); }
};

using CollectionsOwner = std::unique_ptr<KIM::Collections, DestroyCollections>;

/// To be done while there is a KimStandardError.
CollectionsOwner open_collections() {
  keep_kim_log();
  KIM::Collections* collections = nullptr;
  if (KIM::Collections::Create(&collections) != 0) {
    throw ModelError("KIM cannot look for its models: " + take_kim_log());
  }
  return CollectionsOwner(collections);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// A hint at what the user may have meant: names that have `name` in them, as when the end was left
/// out, or else the closest one.
std::string near(const std::string& name) {
  const std::vector<std::string> all = portable_kim_models();
  const std::vector<std::string_view> known(all.begin(), all.end());
  constexpr std::size_t shown = 5;
  std::vector<std::string_view> holding;
  for (const std::string_view candidate : known) {
    if (lower(candidate).find(lower(name)) != std::string::npos) holding.push_back(candidate);
  }
  if (holding.empty()) {
    const auto close = close_name(known, name);
    return close ? fmt::format(" (did you mean '{}'?)", *close) : "";
  }
  const std::size_t more = holding.size() - std::min(shown, holding.size());
  holding.resize(holding.size() - more);
  return fmt::format(" (did you mean {}{}?)", fmt::join(holding, ", "),
                     more == 0 ? "" : fmt::format(", or one of {} more", more));
}

}  // namespace

std::vector<std::string> portable_kim_models() {
  const KimStandardError kept_quiet;
  const CollectionsOwner collections = open_collections();
  int count = 0;
  if (collections->CacheListOfItemNamesByType(KIM::COLLECTION_ITEM_TYPE::portableModel, &count) !=
      0) {
    throw ModelError("KIM cannot list its models: " + take_kim_log());
  }
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    const std::string* name = nullptr;
    if (collections->GetItemNameByType(i, &name) == 0) names.push_back(*name);
  }
  std::ranges::sort(names);
  // A model may be in several collections; KIM takes the first.
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void expect_portable_kim_model(const std::string& name) {
  const KimStandardError kept_quiet;
  const CollectionsOwner collections = open_collections();
  KIM::CollectionItemType type;
  if (collections->GetItemType(name, &type) != 0) {
    take_kim_log();  // that there is none
    throw ModelError(
        fmt::format("option model of model kim: KIM finds no model '{}' on this machine{}; "
                    "forcewire --list-models kim shows all it finds",
                    name, near(name)));
  }
  if (type == KIM::COLLECTION_ITEM_TYPE::portableModel) return;
  if (type == KIM::COLLECTION_ITEM_TYPE::simulatorModel) {
    throw ModelError(
        fmt::format("option model of model kim: '{}' is a simulator model, commands that only the "
                    "program it is made for understands, mostly LAMMPS; expected a portable model, "
                    "see forcewire --list-models kim",
                    name));
  }
  throw ModelError(
      fmt::format("option model of model kim: '{}' is a model driver, without parameters; expected "
                  "a portable model, see forcewire --list-models kim",
                  name));
}

}  // namespace forcewire
