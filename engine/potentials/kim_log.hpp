#pragma once

#include <streambuf>
#include <string>

namespace forcewire {

/// Keeps the errors that KIM and its models log, which otherwise go to a file `kim.log` in the
/// working directory. To be called before anything else of KIM; once is enough, more is harmless.
void keep_kim_log();

/// What has been logged since the last call: the messages alone, `; ` between them; or what has
/// been printed to a KimStandardError; empty when there was nothing.
std::string take_kim_log();

/// While there is one, what KIM prints goes to it instead of standard error. Where KIM looks for
/// its models, in the user's home first, it says for each folder that it cannot make one there. It
/// finds the others all the same.
class KimStandardError {
 public:
  KimStandardError();
  ~KimStandardError();
  KimStandardError(const KimStandardError&) = delete;
  KimStandardError& operator=(const KimStandardError&) = delete;

 private:
  std::streambuf* before_;
};

}  // namespace forcewire
