#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace forcewire {

/// Goes on to another stream, each line behind the same words, when it is flushed: lines of several
/// processes that write into one file do not mix, as far as we can help it.
class PrefixedStream : public std::ostream {
 public:
  /// @param target stays the caller's
  /// @param prefix of each line; empty: nothing changes
  PrefixedStream(std::ostream& target, std::string prefix);

 private:
  class Buffer : public std::streambuf {
   public:
    Buffer(std::ostream& target, std::string prefix);

   private:
    int_type overflow(int_type character) override;
    std::streamsize xsputn(const char* text, std::streamsize count) override;
    int sync() override;

    std::ostream& target_;
    std::string prefix_;
    std::string text_;  // since the last flush
    bool begins_line_ = true;
  };

  Buffer buffer_;
};

}  // namespace forcewire
