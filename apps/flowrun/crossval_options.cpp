#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "crossval.h"

namespace flowrun {

void declare_crossval(CLI::App& app, CrossvalCommand& command) {
  CLI::App* verb = app.add_subcommand("crossval", "train and test over folds of a table of cases, by a plan")->group("Verbs");
  verb->set_help_flag("-h,--help", "show this help");
  verb->add_option("PLAN", command.plan, "the plan (JSON): which graphs run, one after the other, in each fold")
      ->type_name("")
      ->required();
  verb->add_option("--cases", command.cases, "table of cases (CSV or TSV), with the columns that the graphs need")
      ->type_name("TABLE")
      ->required();
  verb->add_option("--out", command.out, "folder with a folder for each fold, made when missing [crossval]")->type_name("DIR");
  verb->add_option("--folds", command.folds, "number of folds [the plan's; leave one out without]")->type_name("N");
  verb->add_option("--set", command.settings, "set a parameter of a step's graph: STEP.NAME=VALUE (repeatable)")
      ->type_name("STEP.NAME=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  verb->add_option("--threads", command.threads, "threads of the whole process [the cores it may use]")->type_name("N");
  verb->add_flag("--dry-run", command.dry_run, "check the plan and its graphs, list the folds; run nothing");
  verb->add_flag("--quiet", command.quiet, "no progress and no summaries of the runs; the figures at the end only");
  verb->add_option("--plugin-path", command.plugin_paths, "look for plugins here first (repeatable)")
      ->type_name("DIR")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  verb->footer(
      "Examples:\n"
      "  flowrun crossval graphs/msseg2016/crossval.plan.json --cases subjects.csv --out crossval\n"
      "  flowrun crossval graphs/msseg2016/crossval.plan.json --cases subjects.csv --folds 5 --set initial.epochs=20\n\n"
      "A step that is done is not done again: after an interruption the same command goes on where it was.");
}

}  // namespace flowrun
