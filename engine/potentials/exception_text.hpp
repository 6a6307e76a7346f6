#pragma once

#include <string>
#include <string_view>

namespace forcewire {

/// What the exception says that is being handled, for users: never nothing. To be called in a
/// handler.
std::string exception_text();

/// Is there nothing to read in it?
bool is_blank(std::string_view text);

}  // namespace forcewire
