#include "verbs/isolated_firing.h"

#include "flowrun/testing/isolated_firing.h"

namespace flowrun {
namespace {

struct IsolatedFiringCommand {
  Words words;  ///< library, folder, bytes of memory
};

/// Does not return.
int fire(const IsolatedFiringCommand& command) { testing::run_isolated_firing(command.words); }

}  // namespace

Verb isolated_firing_verb(CLI::App& app) {
  Verb verb(app, kIsolatedFiring);
  verb.arguments("WORDS", verb.carried_out_by(fire).words, 3);
  return verb;
}

}  // namespace flowrun
