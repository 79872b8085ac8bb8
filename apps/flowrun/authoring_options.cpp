#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "authoring.h"

namespace flowrun {
namespace {

CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& summary, const std::string& footer) {
  CLI::App* verb = app.add_subcommand(name, summary)->group("Verbs");
  verb->set_help_flag("-h,--help", "show this help");
  verb->footer(footer);
  return *verb;
}

void add_plugin_path(CLI::App& verb, std::vector<std::string>& paths) {
  verb.add_option("--plugin-path", paths,
                  "look for plugins here first (repeatable); then in FLOWRUN_PLUGIN_PATH\nand beside flowrun")
      ->type_name("DIR")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
}

void add_output(CLI::App& verb, std::string& output) {
  verb.add_option("-o,--output", output, "file to write [the standard output]")->type_name("FILE");
}

void declare_schema(CLI::App& app, SchemaCommand& command) {
  CLI::App& verb =
      add_verb(app, "schema", "print a JSON Schema of graphs, for editors",
               "Examples:\n"
               "  flowrun schema -o graph.schema.json              then name it in a graph: \"$schema\": \"graph.schema.json\"\n"
               "  flowrun schema --plugin-path my_plugins -o graph.schema.json\n"
               "  flowrun schema --plan -o plan.schema.json\n\n"
               "The schema (draft-07) holds the format of graph files and every node type that is found, with its\n"
               "ports, parameters, ranges, defaults and help. Loads no plugin's code.");
  verb.add_flag("--plan", command.plan, "the schema of plans of 'flowrun crossval'");
  add_output(verb, command.output);
  add_plugin_path(verb, command.plugin_paths);
}

void declare_fmt(CLI::App& app, FmtCommand& command) {
  CLI::App& verb =
      add_verb(app, "fmt", "print a graph in its canonical form",
               "Examples:\n"
               "  flowrun fmt segment.json\n"
               "  flowrun fmt segment.json --in-place\n"
               "  flowrun fmt graphs/*.json --check\n\n"
               "Puts keys in their usual order and breaks lines at 130 characters. No value changes, also not the way\n"
               "in which a number is written; names of nodes and parameters stay in their order, and x-* keys stay.\n"
               "Plans of 'flowrun crossval' and other JSON files are taken too.\n\n"
               "Exit status: 0 done; 1 with --check: a file is not in canonical form; 2 a file cannot be read or\n"
               "written or is not JSON, or the command line is wrong.");
  verb.add_option("GRAPH", command.graphs, "graph files (JSON)")->type_name("")->required();
  CLI::Option* check = verb.add_flag("--check", command.check, "print nothing; say which files are not in canonical form");
  CLI::Option* in_place = verb.add_flag("--in-place", command.in_place, "write each file anew where it changes");
  in_place->excludes(check);
  add_output(verb, command.output);
  verb.get_option("--output")->excludes(check)->excludes(in_place);
}

void declare_migrate(CLI::App& app, MigrateCommand& command) {
  CLI::App& verb =
      add_verb(app, "migrate", "bring a graph of an older format to the newest",
               "Examples:\n"
               "  flowrun migrate segment.json\n"
               "  flowrun migrate segment.json --in-place\n\n"
               "Format 1 is the first and, so far, the only one. Subgraphs are files of their own, to be migrated too.");
  verb.add_option("GRAPH", command.graph, "the graph file (JSON)")->type_name("")->required();
  CLI::Option* in_place = verb.add_flag("--in-place", command.in_place, "write the file anew where it changes");
  add_output(verb, command.output);
  verb.get_option("--output")->excludes(in_place);
}

void declare_docs(CLI::App& app, DocsCommand& command) {
  CLI::App& verb = add_verb(app, "docs", "write a page (Markdown) for each node type",
                            "Examples:\n"
                            "  flowrun docs docs/nodes --graphs graphs\n"
                            "  flowrun docs my_pages my_plugin --plugin-path my_plugins\n\n"
                            "Writes <type>.md for each type and README.md, the list. Other files in the folder are left alone.\n"
                            "Loads no plugin's code.");
  verb.add_option("DIR", command.folder, "folder of the pages, made when missing")->type_name("")->required();
  verb.add_option("PREFIX", command.prefix, "only types whose name starts so")->type_name("");
  verb.add_option("--graphs", command.graphs, "folder whose graphs give the examples [made from the descriptions]")
      ->type_name("DIR");
  add_plugin_path(verb, command.plugin_paths);
}

}  // namespace

void declare_authoring(CLI::App& app, AuthoringCommands& commands) {
  declare_schema(app, commands.schema);
  declare_fmt(app, commands.fmt);
  declare_migrate(app, commands.migrate);
  declare_docs(app, commands.docs);
}

}  // namespace flowrun
