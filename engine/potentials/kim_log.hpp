#pragma once

#include <string>

namespace forcewire {

/// Keeps the errors that KIM and its models log, which otherwise go to a file `kim.log` in the
/// working directory. To be called before anything else of KIM; once is enough, more is harmless.
void keep_kim_log();

/// What has been logged since the last call: the messages alone, `; ` between them; empty when
/// there was nothing.
std::string take_kim_log();

}  // namespace forcewire
