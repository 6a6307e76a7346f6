#include "apps/forcewire/prefixed_stream.hpp"

#include <utility>

namespace forcewire {

// The base class is there before the buffer is: it only learns its address.
PrefixedStream::PrefixedStream(std::ostream& target, std::string prefix)
    : std::ostream(nullptr), buffer_(target, std::move(prefix)) {
  rdbuf(&buffer_);
}

PrefixedStream::Buffer::Buffer(std::ostream& target, std::string prefix)
    : target_(target), prefix_(std::move(prefix)) {}

PrefixedStream::Buffer::int_type PrefixedStream::Buffer::overflow(int_type character) {
  if (!traits_type::eq_int_type(character, traits_type::eof())) {
    text_ += traits_type::to_char_type(character);
  }
  return traits_type::not_eof(character);
}

std::streamsize PrefixedStream::Buffer::xsputn(const char* text, std::streamsize count) {
  text_.append(text, static_cast<std::size_t>(count));
  return count;
}

int PrefixedStream::Buffer::sync() {
  std::string lines;
  for (const char character : text_) {
    if (begins_line_) lines += prefix_;
    lines += character;
    begins_line_ = character == '\n';
  }
  text_.clear();
  target_ << lines << std::flush;
  return target_ ? 0 : -1;
}

}  // namespace forcewire
