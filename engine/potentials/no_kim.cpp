#include "engine/potentials/errors.hpp"
#include "engine/potentials/kim.hpp"

namespace forcewire {

namespace {

ModelError no_kim() {
  return ModelError(
      "model kim: this forcewire was built without the KIM API; install it (libkim-api-dev and "
      "openkim-models on Debian) and build forcewire anew");
}

}  // namespace

bool has_kim() { return false; }

Model make_kim_model(const ModelRequest& /*request*/) { throw no_kim(); }

std::vector<std::string> kim_model_names() { throw no_kim(); }

}  // namespace forcewire
