#include <string_view>

#include "engine/potentials/kim.hpp"

namespace forcewire {

namespace {

constexpr std::string_view help =
    R"(  model=NAME           a portable model that KIM finds on this machine; --list-models kim shows
                       all of them

Metals, semiconductors and more by EAM, MEAM, Stillinger-Weber, Tersoff, SNAP and others,
from https://openkim.org, which says of each what it is made for and whom to cite. Debian
has some hundred in its package openkim-models; one more comes with
kim-api-collections-management install user NAME. Species are those of the template (-t);
a model that has only one needs none. Simulator models, with SM in their names, need the
program they are made for.

  -m kim -o model=SW_StillingerWeber_1985_Si__MO_405512056662_005
  -m kim -o model=EAM_Dynamo_Mishin_2004_NiAl__MO_101214310689_005 -t start.xyz
)";

}  // namespace

ModelInfo kim_info() {
  return {"kim",
          has_kim() ? "portable models of OpenKIM"
                    : "portable models of OpenKIM; not in this build, which has no KIM API",
          std::string(help)};
}

}  // namespace forcewire
