#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/potentials/guarded.hpp"
#include "engine/potentials/plugin.hpp"
#include "engine/potentials/plugin_values.hpp"

namespace forcewire {

/// What a plug-in has made of the user's options, of pairs or of many bodies.
class PluginInstance {
 public:
  /// @param options as the user wrote them; @param species as PluginValues has them
  /// @throws ModelError when the plug-in cannot make a potential of them
  PluginInstance(Plugin plugin, std::string_view options, std::vector<std::string> species);

  const forcewire_plugin& functions() const { return plugin_.functions(); }
  void* self() const { return self_.get(); }
  std::string label() const { return plugin_.label(); }

  double cutoff() const { return cutoff_; }
  int species_count() const;
  std::vector<std::pair<std::string, std::string>> description() const;

  /// @throws ModelError when it cannot work with the communicator
  void join(const void* mpi_communicator);
  bool is_collective() const { return functions().join != nullptr; }

  /// Has one of its functions work for a request.
  /// @throws PotentialFailure with the text of what it throws
  template <class Call>
  auto call(const Call& call) const {
    return call_plugin_for_request(plugin_, call);
  }

  /// Has it compute for a request.
  /// @param compute calls one of its functions with the forcewire_error that it is given, and
  ///        returns the function's status
  /// @throws PotentialFailure with what the plug-in says, unless the status is 0
  template <class Compute>
  void compute(const Compute& compute) const {
    error_.value.text[0] = '\0';
    const int status = call([&] { return compute(&error_.value); });
    if (status != 0 || !error_.is_intact()) fail(status);
  }

  /// @param what of its own it may write to, in a word
  /// @throws PotentialFailure when it has written outside
  template <class Struct, std::size_t guards>
  void expect_intact(const Guarded<Struct, guards>& guarded, std::string_view what) const {
    if (!guarded.is_intact()) fail_outside(what);
  }

 private:
  /// Long, and made once: some compute for each atom anew.
  using Error = Guarded<forcewire_error, 1024>;

  static std::string text_of(int status, const Error& error);
  [[noreturn]] void fail(int status) const;
  [[noreturn]] void fail_outside(std::string_view what) const;
  static void* create(const Plugin& plugin, std::span<const std::string> species,
                      const PluginValues& values);

  struct Destroy {
    void (*destroy)(void*);
    void operator()(void* self) const noexcept;
  };

  Plugin plugin_;
  std::vector<std::string> species_;
  PluginValues values_;
  std::unique_ptr<void, Destroy> self_;
  double cutoff_;
  mutable Error error_;
};

/// The part of a potential that is the same for all plug-ins.
/// @tparam Kind Potential or ManyBodyPotential
template <class Kind>
class OfPlugin : public Kind {
 public:
  explicit OfPlugin(PluginInstance instance) : instance_(std::move(instance)) {}

  double cutoff() const override { return instance_.cutoff(); }
  double microseconds_per_atom() const override {
    const double said = instance_.functions().microseconds_per_atom;
    return said > 0 ? said : Kind::microseconds_per_atom();
  }
  int species_count() const override { return instance_.species_count(); }
  std::vector<std::pair<std::string, std::string>> description() const override {
    return instance_.description();
  }
  void join(const void* mpi_communicator) override { instance_.join(mpi_communicator); }
  bool is_collective() const override { return instance_.is_collective(); }

 protected:
  const PluginInstance& instance() const { return instance_; }

 private:
  PluginInstance instance_;
};

}  // namespace forcewire
