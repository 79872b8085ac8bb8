#include "verbs/all_verbs.h"

#include "verbs/cache.h"
#include "verbs/check_plugin.h"
#include "verbs/compare.h"
#include "verbs/crossval.h"
#include "verbs/describe.h"
#include "verbs/docs.h"
#include "verbs/draw.h"
#include "verbs/fmt.h"
#include "verbs/isolated_firing.h"
#include "verbs/merge.h"
#include "verbs/migrate.h"
#include "verbs/new_node.h"
#include "verbs/new_plugin.h"
#include "verbs/nodes.h"
#include "verbs/plugins.h"
#include "verbs/replay.h"
#include "verbs/run.h"
#include "verbs/schema.h"
#include "verbs/validate.h"
#include "verbs/view.h"
#include "verbs/watch.h"

namespace flowrun {

std::vector<Verb> declare_verbs(CLI::App& app) {
  return {run_verb(app),        merge_verb(app),          view_verb(app),       crossval_verb(app),
          replay_verb(app),     validate_verb(app),       nodes_verb(app),      describe_verb(app),
          draw_verb(app),       plugins_verb(app),        schema_verb(app),     fmt_verb(app),
          migrate_verb(app),    docs_verb(app),           new_plugin_verb(app), new_node_verb(app),
          cache_verb(app),      compare_verb(app),        watch_verb(app),      check_plugin_verb(app),
          check_node_verb(app), isolated_firing_verb(app)};
}

}  // namespace flowrun
