#include "engine/potentials/exception_text.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <typeinfo>

namespace forcewire {

namespace {

std::string name_of(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return name ? name.get() : type.name();
}

}  // namespace

std::string exception_text() {
  try {
    throw;
  } catch (const std::exception& exception) {
    const char* what = exception.what();
    if (what != nullptr && !is_blank(what)) return what;
    return "an exception without a text, " + name_of(typeid(exception));
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return "an exception that is no std::exception" +
           (type == nullptr ? "" : ", " + name_of(*type));
  }
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace forcewire
