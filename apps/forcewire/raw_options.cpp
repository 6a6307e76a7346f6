#include "apps/forcewire/raw_options.hpp"

#include <CLI/CLI.hpp>

namespace forcewire {

namespace {

void declare_server_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Server";
  app.add_flag("-u,--unix", raw.unix_socket, "UNIX socket; otherwise TCP (IPv4 and IPv6)")
      ->group(group);
  app.add_option("-a,--address", raw.address,
                 "Host, or with -u the name of the socket; a name that contains / is\n"
                 "the whole path. Default: localhost, or $FORCEWIRE_ADDRESS")
      ->envname("FORCEWIRE_ADDRESS")
      ->option_text("NAME")
      ->group(group);
  app.add_option("-p,--port", raw.port, "TCP port. Default: 31415, or $FORCEWIRE_PORT")
      ->envname("FORCEWIRE_PORT")
      ->option_text("N")
      ->group(group);
  app.add_option("-S,--sockets-prefix", raw.prefix,
                 "What comes before NAME in the path of a UNIX socket.\n"
                 "Default: /tmp/ipi_, or $FORCEWIRE_SOCKETS_PREFIX")
      ->envname("FORCEWIRE_SOCKETS_PREFIX")
      ->option_text("PREFIX")
      ->group(group);
  app.add_option("--max-atoms", raw.max_atoms,
                 "Refuse a request of more atoms as soon as it announces them: they\n"
                 "would cost some 60 to 90 bytes each on every node, and on their rank\n"
                 "0.6 to 1.5 kB more; with OpenKIM and many bodies 1.3 to 3.1 kB.\n"
                 "Default: " +
                     raw.max_atoms)
      ->type_name("N")
      ->group(group);
}

void declare_model_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Model";
  app.add_option("-m,--model", raw.model,
                 "The model, from the list below, or the path of your own, ./NAME.so;\n"
                 "with --help: its options alone")
      ->type_name("NAME")
      ->group(group);
  app.add_option("-o,--options", raw.model_options,
                 "Its options, key=value,...; for lj also three bare numbers\n"
                 "sigma,epsilon,cutoff with the meaning they have for i-pi-driver")
      ->option_text("LIST")
      ->expected(1, 1'000'000)
      ->allow_extra_args(false)  // otherwise CLI11 takes away brackets: [...] is a list for it, too
      ->group(group);
  app.add_option("-t,--template", raw.template_file,
                 "Species of the atoms from an xyz or extended-xyz file, for models\n"
                 "that need them: the protocol does not say")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--periodic", raw.periodic,
                 "Periodic axes: auto (those whose lattice vector is not zero), none,\n"
                 "or a subset of abc. Default: auto")
      ->type_name("AXES")
      ->group(group);
  app.add_flag("--zero-virial", raw.zero_virial,
               "Send zeros in place of the virial of a model that has none; the extras\n"
               "then say \"virial\": null. Without it such a model is refused")
      ->group(group);
  app.add_flag("--reproducible", raw.reproducible,
               "Energy, forces and virial the same in every bit for any number of\n"
               "ranks, any lattice vectors added to positions, and whatever was asked\n"
               "before; on CPUs of one kind. Pair potentials only. Positions and cell\n"
               "are rounded to 2^-30 bohr, and forces take longer (see README.md)")
      ->group(group);
  app.add_flag("--check", raw.check,
               "Compare the first request with brute force over all pairs or, if the\n"
               "model has no pair energies, forces and virial with differences of\n"
               "its energy (132 evaluations at most); report, and go on")
      ->group(group);
  app.add_option("--list-models", raw.list_of,
                 "Show the models with their options; with kim, the names of the OpenKIM\n"
                 "models that are installed here")
      ->expected(0, 1)
      ->option_text("[kim]")
      ->group(group);
}

void declare_patience_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Patience (seconds; fractions are fine)";
  app.add_option("--wait", raw.wait, "Keep trying to connect this long. Default: 60")
      ->type_name("SECONDS")
      ->group(group);
  app.add_option("--timeout", raw.timeout,
                 "Give up when the server falls silent inside a message. Default: 60")
      ->type_name("SECONDS")
      ->group(group);
  app.add_option("--idle-timeout", raw.idle_timeout,
                 "Leave when the server asks nothing for so long. Default: never")
      ->type_name("SECONDS")
      ->group(group);
  app.add_option("--on-disconnect", raw.on_disconnect,
                 "When the server goes without EXIT: exit, or reconnect, which waits for\n"
                 "the next server with the model still loaded, each time for --wait\n"
                 "seconds. Default: exit")
      ->type_name("WHAT")
      ->group(group);
  app.add_option("--max-seconds", raw.max_seconds,
                 "Leave in order between requests when the program is this old")
      ->type_name("SECONDS")
      ->group(group);
  app.add_option("--stop-file", raw.stop_file,
                 "Leave in order between requests when FILE appears. SIGTERM, SIGINT\n"
                 "and SIGUSR1 do the same")
      ->type_name("FILE")
      ->group(group);
}

void declare_group_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Groups (several engines in one launch)";
  app.add_option("--groups", raw.groups,
                 "Split the ranks into N groups. Each has a connection and a model of its\n"
                 "own; lines of group 2 begin with [2]. A group has ranks of one node, or,\n"
                 "of fewer groups than nodes, whole nodes: groups can differ in size.\n"
                 "{group} in -a, --stop-file and --stats is the number, for servers and\n"
                 "files of their own")
      ->option_text("N")
      ->group(group);
  app.add_option("--ranks-per-group", raw.ranks_per_group,
                 "Groups of M ranks each; as few as possible straddle nodes")
      ->option_text("M")
      ->group(group);
  app.add_flag("--fail-fast", raw.fail_fast,
               "When a group fails the others leave in order, between two requests;\n"
               "otherwise they serve their connections to the end")
      ->group(group);
}

void declare_waiting_options(CLI::App& app, RawOptions& raw) {
  app.add_option("--idle", raw.idle,
                 "How ranks other than 0 wait for the next request:\n"
                 "spin   awake; takes a core each, which the server may need\n"
                 "auto   awake for 50 us, or 1 ms after a short wait, then asleep; takes\n"
                 "       below 2 % of a core and some 50 us to wake up, on other nodes\n"
                 "       than rank 0's up to 1/16 of the wait or 1 ms (4 ms after 1 s,\n"
                 "       20 ms after 10 s)\n"
                 "sleep  asleep at once; the same price for each request\n"
                 "Default: auto")
      ->type_name("HOW")
      ->group("Waiting");
}

void declare_output_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Output";
  app.add_option("--stats", raw.stats_file,
                 "At the end, write the closing summary to FILE as JSON, with percentiles\n"
                 "of timings, imbalance and memory of ranks, and bytes between nodes; see\n"
                 "apps/forcewire/STATS.md, and apps/forcewire/draw_stats for a picture")
      ->type_name("FILE")
      ->group(group);
  app.add_flag("-v,--verbose", raw.verbose,
               "A line of progress now and then: after 1, 2, 5, 10, 20, 30 s, then each\n"
               "minute, and at each request that takes a second; -vv: a line for each\n"
               "request, with timings")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->disable_flag_override()  // CLI11 would add up numbers, and let those too large throw
      ->group(group);
  app.add_flag("-q,--quiet", raw.quiet, "Errors only")->group(group);
  app.add_flag("--help", raw.help, "This page")->group(group);
  app.add_flag("--version", raw.version, "Version, MPI library, Eigen, instruction set")
      ->group(group);
}

void declare_hidden_options(CLI::App& app, RawOptions& raw) {
  // For old scripts of i-PI's driver.
  app.add_option("-h", raw.host)->expected(0, 1)->group(hidden_group);
  // For tests and benchmarks.
  app.add_option("--pretended-nodes", raw.pretended_nodes)->option_text("N")->group(hidden_group);
}

}  // namespace

void declare_options(CLI::App& app, RawOptions& raw) {
  app.set_help_flag();
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  declare_server_options(app, raw);
  declare_model_options(app, raw);
  declare_patience_options(app, raw);
  declare_group_options(app, raw);
  declare_waiting_options(app, raw);
  declare_output_options(app, raw);
  declare_hidden_options(app, raw);
  app.get_option("--options")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace forcewire
