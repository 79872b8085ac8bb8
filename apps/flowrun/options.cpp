#include "options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>

namespace flowrun {
namespace {

constexpr const char* kStatuses =
    "Exit status: 0 all cases done, 1 some case failed, 2 the graph or the command line is wrong,\n"
    "3 interrupted, 4 internal error.";

constexpr int kMostLabels = 100000;

/// One value for each time the option is written, so that it never swallows a GRAPH behind it.
CLI::Option* add_repeatable(CLI::App& verb, const std::string& name, Words& words, const std::string& type,
                            const std::string& help) {
  return verb.add_option(name, words, help)->type_name(type)->expected(1)->allow_extra_args(false)->take_all();
}

void add_plugin_path(CLI::App& verb, Words& paths) {
  add_repeatable(verb, "--plugin-path", paths, "DIR",
                 "look for plugins here first (repeatable); then in FLOWRUN_PLUGIN_PATH\nand beside flowrun");
}

void add_settings(CLI::App& verb, Words& settings) {
  add_repeatable(verb, "--set", settings, "NAME=VALUE", "set a graph parameter, or NODE.PARAM of a node (repeatable)");
}

CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& summary, const std::string& examples) {
  CLI::App* verb = app.add_subcommand(name, summary)->group("Verbs");
  verb->set_help_flag("-h,--help", "show this help");
  verb->footer("Examples:\n" + examples);
  return *verb;
}

/// As BIDS apps take them: --participant-label 01 02.
CLI::Option* add_labels(CLI::App& verb, const std::string& names, Words& words, const std::string& help) {
  return verb.add_option(names, words, help)->type_name("LABEL...")->expected(1, kMostLabels)->delimiter(',');
}

void declare_cases(CLI::App& verb, RunCommand& command) {
  add_repeatable(
      verb, "--cases", command.cases, "TABLE|NAME=PATTERN",
      "table of cases (CSV or TSV), or for each input the pattern of its\nfiles: flair='data/{case}/FLAIR.nii.gz' (repeatable)");
  verb.add_option("--case-name", command.case_name, "name of the one case [the graph's name]")->type_name("NAME");
  verb.add_option("--bids", command.bids, "take the cases from a BIDS data set")->type_name("DIR");
  add_labels(verb, "--participant-label,--participant_label", command.participants,
             "participants to run, with or without sub- [all]");
  add_labels(verb, "--session-label,--session_label", command.sessions, "sessions to run, with or without ses- [all]");
  add_repeatable(
      verb, "--bids-filter", command.bids_filters, "NAME.ENTITY=LABEL",
      "choose among the files for a graph input: flair.run=1; an empty\nlabel: the entity must not be there (repeatable)");
  verb.add_option("--incomplete", command.incomplete,
                  "what to do with cases that patterns or BIDS give only some files:\nerror or skip [error]")
      ->type_name("WHAT");
}

void declare_run(CLI::App& app, RunCommand& command) {
  CLI::App& verb =
      add_verb(app, "run", "run a graph over one case or many",
               "  flowrun run graphs/demo.json\n"
               "  flowrun run graphs/demo.json --help              the inputs and parameters of that graph\n"
               "  flowrun run segment.json --in flair=p07/flair.nii.gz --in t1=p07/t1.nii.gz --out results\n"
               "  flowrun run segment.json --cases subjects.csv --set candidate_threshold=1.5 --out results\n"
               "  flowrun run segment.json --cases flair='data/{case}/FLAIR.nii.gz' --cases t1='data/{case}/T1.nii.gz'\n"
               "  flowrun run segment.json --bids study --participant-label 01 02 --out study/derivatives/flowrun\n"
               "  flowrun run segment.json --cases subjects.csv --dry-run\n\n"
               "A table of cases is a CSV or TSV file: a column 'case' and one column for each graph input;\n"
               "relative paths in it start at the table's folder.\n"
               "Ctrl-C: no new cases start, those running finish; a second Ctrl-C ends the run at once.\n\n" +
                   std::string(kStatuses));
  verb.set_help_flag();  // replaced: with a GRAPH, help shows that graph
  verb.add_flag("-h,--help", command.help, "show this help, or with a GRAPH its own inputs and parameters");
  verb.add_option("GRAPH", command.graph, "the graph file (JSON)")->type_name("");
  add_repeatable(verb, "--in", command.inputs, "NAME=VALUE", "value of a graph input, for every case (repeatable)");
  declare_cases(verb, command);
  add_settings(verb, command.settings);
  verb.add_option("--out", command.out, "folder of the outputs, made when missing [out]")->type_name("DIR");
  verb.add_option("--threads", command.threads, "threads of the whole process [the cores it may use]")->type_name("N");
  verb.add_option("--cases-in-flight", command.cases_in_flight, "cases that run at a time [2]")->type_name("N");
  verb.add_option("--shard", command.shard,
                  "run only the I-th of N parts of the cases; slurm: the part of this task of\na Slurm job array")
      ->type_name("I/N");
  verb.add_option("--device", command.device,
                  "device of the nodes whose graph leaves it open [auto]:\nauto, cpu, cuda or cuda:<number>")
      ->type_name("DEVICE");
  verb.add_option("--trace", command.trace, "write a timeline of every firing (open it in Perfetto or\nchrome://tracing)")
      ->type_name("FILE");
  verb.add_flag("--resume", command.resume, "run only the cases that are not done, or of which something has changed");
  verb.add_flag("--retry-failed", command.retry_failed, "run only the cases that failed or were not finished last time");
  add_repeatable(verb, "--only", command.only, "CASE",
                 "run only these cases: names or patterns ('p0*'), separated by commas\n(repeatable)");
  verb.add_flag("--no-report", command.no_report, "write no page about the run (report.html)");
  verb.add_flag("--fail-fast", command.fail_fast, "the first failing case ends the run");
  verb.add_option("--replay-limit", command.replay_limit, "room for the packets of failed firings, for 'flowrun replay' [1G]")
      ->type_name("BYTES");
  verb.add_flag("--no-replay", command.no_replay, "keep no packets of failed firings");
  verb.add_flag("--dry-run", command.dry_run, "check everything, list what would run and be written; run nothing");
  verb.add_flag("--quiet", command.quiet, "no progress and no summary; faults and failures only");
  add_plugin_path(verb, command.plugin_paths);
}

void declare_replay(CLI::App& app, ReplayCommand& command) {
  CLI::App& verb = add_verb(app, "replay", "run a failed node again, alone, on the packets it had",
                            "  flowrun replay results/flowrun/cases/p07.json\n"
                            "  flowrun replay p07 --results results --out look_here\n\n"
                            "Exit status: 0 the node is done, 1 it failed again.");
  verb.add_option("FAILED", command.what, "a failed case's record, the folder of its packets, or its name")
      ->type_name("")
      ->required();
  verb.add_option("--results", command.results, "output folder of the run, for a case's name [out]")->type_name("DIR");
  verb.add_option("--out", command.out, "folder of what the node writes [out, beside its packets]")->type_name("DIR");
  add_plugin_path(verb, command.plugin_paths);
}

void declare_merge(CLI::App& app, MergeCommand& command) {
  CLI::App& verb = add_verb(app, "merge", "make one table and one page of the shards of a run",
                            "  flowrun merge results\n\n"
                            "Reads the records of the cases in the output folder and writes cases.csv and report.html there.\n"
                            "Exit status: 0 all cases are done, 1 some case failed or has not run.");
  verb.add_option("DIR", command.folder, "the output folder of the runs")->type_name("")->required();
  verb.add_flag("--no-report", command.no_report, "write no page (report.html)");
}

void declare_validate(CLI::App& app, ValidateCommand& command) {
  CLI::App& verb = add_verb(app, "validate", "check a graph and list everything wrong with it",
                            "  flowrun validate graphs/demo.json\n"
                            "  flowrun validate segment.json --set models=my_models\n\n"
                            "Loads no plugin's code, unless --open asks for it. Exit status: 0 the graph is right (warnings are allowed),\n"
                            "2 it is wrong.");
  verb.add_option("GRAPH", command.graph, "the graph file (JSON)")->type_name("")->required();
  verb.add_flag("--open", command.open, "open the nodes too, as a run does before its first case, but those with\n"
                                        "'when': models are loaded and compared with what is connected");
  add_settings(verb, command.settings);
  add_plugin_path(verb, command.plugin_paths);
}

void declare_nodes(CLI::App& app, NodesCommand& command) {
  CLI::App& verb =
      add_verb(app, "nodes", "list the node types, by plugin, or find some",
               "  flowrun nodes\n"
               "  flowrun nodes intensity            types whose name starts so\n"
               "  flowrun nodes resample             else those that have the word in their name, summary or details");
  verb.add_option("WORD", command.word, "only types whose name starts so, or that are about it")->type_name("");
  verb.add_flag("--json", command.json, "print the descriptions as JSON, for programs");
  add_plugin_path(verb, command.plugin_paths);
}

void declare_describe(CLI::App& app, DescribeCommand& command) {
  CLI::App& verb = add_verb(app, "describe", "describe a node type (ports, parameters) or a graph",
                            "  flowrun describe patches.extract\n"
                            "  flowrun describe graphs/demo.json");
  verb.add_option("NODE|GRAPH", command.what, "a node type, or a graph file")->type_name("")->required();
  verb.add_flag("--json", command.json, "print a node type's description as JSON, for programs");
  add_plugin_path(verb, command.plugin_paths);
}

void declare_draw(CLI::App& app, DrawCommand& command) {
  CLI::App& verb = add_verb(app, "draw", "draw a graph as Graphviz DOT or as SVG",
                            "  flowrun draw graphs/demo.json > demo.dot\n"
                            "  flowrun draw graphs/demo.json -o demo.svg        needs Graphviz's 'dot'");
  verb.add_option("GRAPH", command.graph, "the graph file (JSON)")->type_name("")->required();
  verb.add_option("-o,--output", command.output, "file to write: .dot or .svg [DOT on the standard output]")->type_name("FILE");
  add_settings(verb, command.settings);
  add_plugin_path(verb, command.plugin_paths);
}

void declare_plugins(CLI::App& app, PluginsCommand& command) {
  CLI::App& verb = add_verb(app, "plugins", "list the plugins that were found, usable or not",
                            "  flowrun plugins\n"
                            "  flowrun plugins --why --plugin-path my_plugins");
  verb.add_flag("--why", command.why, "also where was looked, every node type, and why a plugin is unusable");
  verb.add_flag("--retry", command.retry, "look again at plugins that crashed or hung when they were looked at");
  add_plugin_path(verb, command.plugin_paths);
}

void declare_new_plugin(CLI::App& app, NewPluginCommand& command) {
  CLI::App& verb = add_verb(app, "new-plugin", "make a folder with a plugin that builds, is tested and runs",
                            "  flowrun new-plugin bright\n"
                            "  flowrun new-plugin bright --node brighten --node darken\n"
                            "  flowrun new-plugin regions --node sizes --kind collect\n"
                            "  flowrun new-plugin smooth --with itk\n\n"
                            "Kinds: map (one output for one input), stream (a case in chunks), collect (the chunks of a case\n"
                            "into one output), source (no input), sink (writes a file). A folder that is there is never\n"
                            "overwritten.");
  verb.add_option("NAME", command.name, "the plugin and its folder, in snake_case")->type_name("")->required();
  add_repeatable(verb, "--node", command.nodes, "NAME", "a node type of it (repeatable) [one, named after what it does]");
  verb.add_option("--kind", command.kind, "map, stream, collect, source or sink [map]")->type_name("KIND");
  verb.add_option("--with", command.library, "use a library: itk or torch")->type_name("LIBRARY");
}

void declare_new_node(CLI::App& app, NewNodeCommand& command) {
  CLI::App& verb = add_verb(app, "new-node", "add a node to a plugin that new-plugin made",
                            "  cd bright && flowrun new-node darken\n"
                            "  flowrun new-node sizes --plugin regions --kind collect\n\n"
                            "Adds the node's source, header, test and a graph, and names them in CMakeLists.txt and\n"
                            "src/plugin.cpp. Kinds and libraries are those of new-plugin; a library must be one that the plugin\n"
                            "uses. No file that is there is overwritten, and nothing is changed where something is in the way.");
  verb.add_option("NAME", command.name, "the node, in snake_case")->type_name("")->required();
  verb.add_option("--plugin", command.plugin, "the plugin's folder [the working folder]")->type_name("DIR");
  verb.add_option("--kind", command.kind, "map, stream, collect, source or sink [map]")->type_name("KIND");
  verb.add_option("--with", command.library, "start from a node with a library: itk or torch")->type_name("LIBRARY");
}

void add_check_options(CLI::App& verb, CheckPluginCommand& command) {
  add_repeatable(verb, "--set", command.settings, "NAME=VALUE", "set a parameter, or NODE.PARAM of one node type (repeatable)");
  verb.add_option("--seconds", command.seconds, "how long a check may take [60]")->type_name("N");
}

void declare_check_plugin(CLI::App& app, CheckPluginCommand& command) {
  CLI::App& verb =
      add_verb(app, "check-plugin", "run a plugin through the conformance suite",
               "  flowrun check-plugin build/lib/flowrun/plugins/denoise.so\n"
               "  flowrun check-plugin denoise.so --node denoise.median --set radius=2\n"
               "  flowrun check-plugin io.so --set io.read_volume.path=flair.nii.gz\n\n"
               "Every node type is described, created, opened and fired with made-up inputs, usual and odd ones, in a process\n"
               "of its own, so that a crash is a finding.\n"
               "Exit status: 0 no check failed (some may be skipped), 1 a check failed, 2 the command line is wrong.");
  verb.add_option("PLUGIN", command.library, "the plugin's library")->type_name("")->required();
  verb.add_option("--node", command.node, "only this node type")->type_name("NAME");
  add_check_options(verb, command);
  verb.add_flag("--quiet", command.quiet, "show only the checks that failed");
}

/// Started by check-plugin, not by people.
void declare_check_node(CLI::App& app, CheckNodeCommand& command) {
  CLI::App& verb = *app.add_subcommand("check-plugin-node")->group("");
  verb.add_option("WORDS", command.words)->expected(4)->required();
  add_check_options(verb, command.shared);
}

/// An empty value is a script's variable that was not set, and never what was meant: as a folder it would be the working folder,
/// as a choice of cases none or all of them.
void refuse_empty_values(CLI::App& verb) {
  for (CLI::Option* option : verb.get_options()) {
    if (option->get_items_expected_max() == 0) continue;  // a flag
    const bool named = !option->get_positional();
    option->check(CLI::Validator(
        [named](const std::string& value) {
          if (!value.empty()) return std::string();
          return std::string(named ? "its value is empty; give it one, or leave the option out"
                                   : "it is empty; give it, or leave it out");
        },
        ""));
  }
}

}  // namespace

void declare(CLI::App& app, Options& options) {
  app.name("flowrun");
  app.description("flowrun runs graphs of image-processing nodes, written in JSON, over medical volumes.");
  app.set_help_flag("-h,--help", "show this help");
  app.set_version_flag("--version", "flowrun " FLOWRUN_VERSION)->description("show the version");
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  app.get_formatter()->label("Positionals", "Arguments");
  declare_run(app, options.run);
  declare_merge(app, options.merge);
  declare_crossval(app, options.crossval);
  declare_replay(app, options.replay);
  declare_validate(app, options.validate);
  declare_nodes(app, options.nodes);
  declare_describe(app, options.describe);
  declare_draw(app, options.draw);
  declare_plugins(app, options.plugins);
  declare_authoring(app, options.authoring);
  declare_new_plugin(app, options.new_plugin);
  declare_new_node(app, options.new_node);
  declare_check_plugin(app, options.check_plugin);
  declare_check_node(app, options.check_node);
  app.add_subcommand(kIsolatedFiring)->group("")->add_option("WORDS", options.isolated_firing.words)->expected(3)->required();
  for (CLI::App* verb : app.get_subcommands(nullptr)) refuse_empty_values(*verb);
  app.footer("Each verb has its own help: flowrun run --help. Start with: flowrun run graphs/demo.json\n\n" +
             std::string(kStatuses));
  app.require_subcommand(0, 1);
  app.allow_extras();  // after the verbs, which would inherit it: unknown verbs are reported by command_line.cpp
}

}  // namespace flowrun
