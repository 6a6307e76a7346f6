#include "apps/forcewire/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string_view>

#include "apps/forcewire/usage_error.hpp"
#include "engine/geometry/invalid_structure.hpp"
#include "engine/parallel/mpi_error.hpp"
#include "engine/potentials/errors.hpp"
#include "socket/error.hpp"

namespace forcewire {

namespace {

constexpr std::string_view advice_on_structures =
    "Look at the structure that the server sent, its units and its cell.";
constexpr std::string_view advice_on_contact =
    "A firewall between nodes does this, and a limit of memory too low for MPI itself (ulimit -v).";
constexpr std::string_view advice_on_memory = "Use fewer atoms, a shorter cutoff, or more nodes.";

std::string_view advice_on(PotentialFailure::Kind kind) {
  switch (kind) {
    case PotentialFailure::Kind::structure:
    case PotentialFailure::Kind::result:  // from two atoms at one place, as good as always
      return advice_on_structures;
    case PotentialFailure::Kind::exception:
      return "Look at the options and files of the model, and at the structure that the server "
             "sent.";
    case PotentialFailure::Kind::memory:
      return advice_on_memory;
  }
  return {};
}

/// The engine says what is wrong; what a user of this program can do about it, it mostly does not
/// know.
std::string with_advice(const std::exception& error, std::string_view advice) {
  return fmt::format("{}. {}", error.what(), advice);
}

std::string with_advice_on_models(const ModelError& error) {
  const std::string text = error.what();
  if (text.find("--list-models") != std::string::npos) return text + '.';
  return with_advice(error, "See forcewire --list-models.");
}

}  // namespace

Failure to_failure(std::exception_ptr exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const UsageError& error) {
    return {ExitStatus::usage, error.what()};
  } catch (const ModelError& error) {
    return {ExitStatus::usage, with_advice_on_models(error)};
  } catch (const ConnectError& error) {
    return {ExitStatus::no_connection, error.what()};
  } catch (const NoContact& error) {
    return {ExitStatus::no_connection, with_advice(error, advice_on_contact)};
  } catch (const PeerError& error) {
    return {ExitStatus::server_vanished, error.what()};
  } catch (const TooManyAtoms& error) {
    return {ExitStatus::protocol,
            fmt::format("{} If it really has so many atoms, allow them: --max-atoms {}.",
                        error.what(), error.announced())};
  } catch (const ProtocolError& error) {
    return {ExitStatus::protocol, error.what()};
  } catch (const InvalidStructure& error) {
    return {ExitStatus::potential, with_advice(error, advice_on_structures)};
  } catch (const PotentialFailure& error) {
    return {ExitStatus::potential, with_advice(error, advice_on(error.kind()))};
  } catch (const std::bad_alloc&) {
    return {ExitStatus::potential, fmt::format("out of memory. {}", advice_on_memory)};
  } catch (const std::exception& error) {
    return {ExitStatus::internal,
            fmt::format("a bug in forcewire: {}. Please report it with the command line.",
                        error.what())};
  } catch (...) {
    return {ExitStatus::internal,
            "a bug in forcewire: an exception of unknown type. Please report it with the command "
            "line."};
  }
}

std::string error_line(const Failure& failure) {
  std::string text = failure.text;
  // It quotes what users and files say: line breaks, and sequences that a terminal would obey.
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  std::ranges::replace_if(text, is_control, ' ');
  return fmt::format("forcewire: error: {}\n", text);
}

}  // namespace forcewire
