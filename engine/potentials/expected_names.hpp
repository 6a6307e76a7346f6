#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forcewire {

/// The known name that `given` is close to, at most a third of its letters apart.
std::optional<std::string_view> close_name(std::span<const std::string_view> known,
                                           std::string_view given);

/// The end of an error about a name that nobody knows: `one of sigma, epsilon, cutoff (did you mean
/// 'sigma'?)`; the question only when `given` is close to a known name.
std::string one_of(std::span<const std::string_view> known, std::string_view given);

}  // namespace forcewire
