// What keeps a training from going wrong unseen: the start judged first, the batch lowered, the log, schedules, class weights,
// and what the model says about itself.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "common/torch/trusted_models.h"
#include "toy_training.h"

namespace flowrun::testing {
namespace {

using Words = std::vector<std::string>;

Words lines_of(const std::string& path) {
  std::istringstream text(bytes_of(path));
  Words lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

nlohmann::json training_of(const std::string& model) {
  std::unordered_map<std::string, std::string> extra{{"flowrun.json", ""}};
  torch::jit::load(model, c10::nullopt, extra);
  return nlohmann::json::parse(extra.at("flowrun.json")).at("training");
}

/// Whether one of the warnings has the words.
bool warned(const NodeRunner& runner, const std::string& words) {
  const auto& all = runner.warnings();
  return std::any_of(all.begin(), all.end(), [&](const std::string& one) { return contains(one, words); });
}

TEST_CASE("train.fit: a model to start with that only becomes worse is kept, as epoch 0, and a warning says so") {
  const TestFolder folder;
  const std::string good = trained(folder, "good", {{"epochs", std::int64_t{25}}}), curve = folder.file("c.csv");
  Training worse(folder, "worse", {{"start", good}, {"learning_rate", 1.0}, {"curve", curve}, {"picture", folder.file("c.png")}});
  REQUIRE(worse.error() == "");
  const auto& reports = worse.runner->reports();
  CHECK(reports.at("best_epoch") == 0);
  CHECK(reports.at("epochs") == 4);
  CHECK(reports.at("best_loss") == reports.at("start_loss"));
  CHECK(reports.at("best_validation_dice") == reports.at("start_validation_dice"));
  CHECK(difference(worse.model, good) == 0);
  CHECK(
      warned(*worse.runner, "none of 4 epochs was better on the samples that are kept for validation than the model to start with"));
  const Words rows = lines_of(curve);
  REQUIRE(rows.size() == 6);
  CHECK(rows[1].rfind("0,,", 0) == 0);
  CHECK(training_of(worse.model).at("best_epoch") == 0);
  CHECK(bytes_of(folder.file("c.png")).substr(1, 3) == "PNG");
}

TEST_CASE("train.fit: a model to start with that can become better does") {
  const TestFolder folder;
  const std::string first = trained(folder, "first", {{"epochs", std::int64_t{1}}});
  Training better(folder, "better", {{"start", first}, {"epochs", std::int64_t{8}}});
  REQUIRE(better.error() == "");
  CHECK(better.runner->reports().at("best_epoch") > 0);
  CHECK(better.runner->reports().at("best_loss") < better.runner->reports().at("start_loss"));
  CHECK_FALSE(warned(*better.runner, "model to start with"));
  CHECK(difference(better.model, first) > 0);
}

TEST_CASE("train.fit: a training from a model that was interrupted continues to the same bits, wherever it was cut") {
  const TestFolder folder;
  const std::string first = trained(folder, "first", {{"epochs", std::int64_t{1}}});
  const std::string straight = trained(folder, "straight", {{"start", first}, {"epochs", std::int64_t{2}}});
  for (const int looks : {1, 5, 14}) {
    const std::string name = std::to_string(looks);
    const Values params{{"start", first}, {"epochs", std::int64_t{2}}, {"checkpoint", folder.file(name)}};
    Training cut(folder, "cut" + name, params);
    cut.runner->cancel_after(looks);
    cut.error();
    CHECK_FALSE(std::filesystem::exists(cut.model));
    CHECK(bytes_of(trained(folder, "on" + name, params)) == bytes_of(straight));
  }
}

TEST_CASE("train.fit: a frozen batch_norm keeps its running values and computes with them") {
  const TestFolder folder;
  const char* const network = R"({"layers": [
    {"type": "convolution", "channels": 4, "kernel": 3, "weight": "a_weight", "bias": "a_bias"},
    {"type": "batch_norm", "weight": "a_norm_weight", "bias": "a_norm_bias", "mean": "a_norm_mean", "variance": "a_norm_variance"},
    {"type": "relu"}, {"type": "flatten"}, {"type": "dense", "units": 2, "weight": "out_weight", "bias": "out_bias"},
    {"type": "softmax"}]})";
  Training first(folder, "first", {}, 3, network);
  REQUIRE(first.error() == "");
  const auto buffers = [](const std::string& model) {
    std::map<std::string, at::Tensor> found;
    for (const auto& buffer : torch::jit::load(model).named_buffers()) found[buffer.name] = buffer.value;
    return found;
  };
  const auto tuned = [&](const std::string& name, const Words& freeze, double rate) {
    Training training(folder, name, {{"start", first.model}, {"freeze", freeze}, {"learning_rate", rate}}, 3, network);
    REQUIRE(training.error() == "");
    return training.runner->reports();
  };
  tuned("kept", {"a"}, 0.01);
  tuned("moved", {"out"}, 0.01);
  const auto before = buffers(first.model), kept = buffers(folder.file("kept.pt")), moved = buffers(folder.file("moved.pt"));
  REQUIRE(before.size() == 2);
  for (const auto& [name, tensor] : before) CHECK(at::equal(tensor, kept.at(name)));
  CHECK_FALSE(at::equal(before.at("a_norm_mean"), moved.at("a_norm_mean")));
  CHECK(difference(folder.file("kept.pt"), first.model) > 0);
  const auto at_rest = tuned("rest", {"a"}, 0.0);  // nothing moves: each epoch is judged as the start was
  CHECK(at_rest.at("best_loss") == at_rest.at("start_loss"));
}

TEST_CASE("train.fit: without samples to validate with a start is not compared, which is said") {
  const TestFolder folder;
  const std::string first = trained(folder, "first");
  Training blind(folder, "blind", {{"start", first}, {"validation", 0.0}});
  REQUIRE(blind.error() == "");
  CHECK(warned(*blind.runner, "nothing is kept for validation ('validation' is 0), so the training is not compared"));
  CHECK(blind.runner->reports().count("start_loss") == 0);
}

TEST_CASE("train.fit: a batch that leaves few steps of an epoch is lowered, with both numbers in a warning") {
  const TestFolder folder;
  Training large(folder, "large", {{"batch", std::int64_t{4096}}});
  REQUIRE(large.error() == "");
  const auto samples = static_cast<std::int64_t>(large.runner->reports().at("training_samples"));
  const std::int64_t lowered = samples / 8;
  CHECK(large.runner->reports().at("batch") == static_cast<double>(lowered));
  CHECK(warned(*large.runner, "a batch of 4096 would make 1 step of an epoch of " + std::to_string(samples) +
                                  " samples, which teach it little; the batch is lowered to " + std::to_string(lowered)));
  CHECK(difference(large.model, trained(folder, "same", {{"batch", lowered}})) == 0);
  CHECK(training_of(large.model).at("batch") == lowered);
  Training asked(folder, "asked", {{"batch", std::int64_t{4096}}, {"least_steps", std::int64_t{1}}});
  REQUIRE(asked.error() == "");
  CHECK(asked.runner->reports().at("batch") == 4096);
  CHECK_FALSE(warned(*asked.runner, "is lowered"));
}

TEST_CASE("train.fit: the log has a line for each epoch, with the start as epoch 0") {
  const TestFolder folder;
  const std::string first = trained(folder, "first", {{"epochs", std::int64_t{1}}}), log = folder.file("logs/l.txt");
  REQUIRE(Training(folder, "m", {{"start", first}, {"log", log}, {"epochs", std::int64_t{2}}}).error() == "");
  const Words lines = lines_of(log);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].rfind("training on ", 0) == 0);
  CHECK(contains(lines[0], "steps of 48 samples are an epoch"));
  CHECK(lines[1].rfind("epoch 0 (the model to start with): validation loss ", 0) == 0);
  CHECK(lines[2].rfind("epoch 1 of 2: training loss ", 0) == 0);
  for (const char* words : {", validation loss ", ", Dice ", "; best so far: epoch ", "; at most ", " left"})
    CHECK(contains(lines[2], words));
  CHECK(contains(lines[3], "; at most 0 s left"));
}

TEST_CASE("train.fit: the log says where a training was resumed, and one that starts again drops the old lines") {
  const TestFolder folder;
  const std::string log = folder.file("l.txt");
  const auto run = [&](std::int64_t epochs, bool resume) {
    trained(folder, "m", {{"log", log}, {"checkpoint", folder.file("k")}, {"epochs", epochs}, {"resume", resume}});
    return lines_of(log);
  };
  CHECK(run(2, true).size() == 3);
  const Words more = run(3, true);
  REQUIRE(more.size() == 5);
  CHECK(more[3].rfind("resumed at epoch 3 (0 of its ", 0) == 0);
  CHECK(more[4].rfind("epoch 3 of 3: ", 0) == 0);
  CHECK(run(2, false).size() == 3);
}

TEST_CASE("train.fit: a log that cannot be written is one warning, and the training continues") {
  const TestFolder folder;
  folder.write("file", "x");
  Training training(folder, "m", {{"log", folder.file("file/l.txt")}}, 4);
  CHECK(training.error() == "");
  REQUIRE(training.runner->warnings().size() == 1);
  CHECK(contains(training.runner->warnings()[0], "the log of the epochs could not be written: "));
}

TEST_CASE("train.fit: schedules change the result, and with cosine another number of epochs is another training") {
  const TestFolder folder;
  const std::string constant = trained(folder, "constant");
  const std::string cosine = trained(folder, "cosine", {{"schedule", std::string("cosine")}});
  CHECK(difference(constant, cosine) > 1e-4);
  const Values step{{"schedule", std::string("step")}, {"schedule_epochs", std::int64_t{1}}, {"schedule_factor", 1.0}};
  CHECK(difference(constant, trained(folder, "step", step)) == 0);  // times 1
  CHECK(training_of(cosine).at("schedule") == nlohmann::json{{"kind", "cosine"}, {"epochs", 4}});

  const Values kept{{"schedule", std::string("cosine")}, {"checkpoint", folder.file("k")}};
  trained(folder, "a", kept);
  Values longer = kept;
  longer.emplace_back("epochs", std::int64_t{6});
  Training other(folder, "b", longer);
  CHECK(other.error() == "");
  CHECK(warned(*other.runner, "so the training starts from the beginning"));
}

TEST_CASE("train.fit: class weights weigh the loss; alike they change nothing, and wrong ones are refused") {
  const TestFolder folder;
  const auto with = [](std::vector<double> weights) { return Values{{"class_weights", std::move(weights)}}; };
  const std::string none = trained(folder, "none"), lesion = trained(folder, "lesion", with({1, 20}));
  CHECK(difference(none, trained(folder, "alike", with({1, 1}))) == 0);
  const auto lesion_score = [](const std::string& model) {
    torch::manual_seed(1);
    return torch::jit::load(model).forward({torch::randn({64, 2, 5, 5, 5})}).toTensor().select(1, 1).mean().item<double>();
  };
  CHECK(lesion_score(lesion) > lesion_score(none) + 0.1);
  CHECK(training_of(lesion).at("class_weights") == std::vector<double>{1, 20});
  CHECK(contains(Training(folder, "x", with({1})).error(),
                 "parameter 'class_weights' has 1 numbers, but parameter 'classes' has 2 names; give one number for each"));
  for (const double wrong : {0.0, -1.0})
    CHECK(contains(Training(folder, "x", with({1, wrong})).error(), "where a number above 0 is expected"));
}

TEST_CASE("train.fit: a network begins with the probabilities that it is given, and says them; a start has its own") {
  const TestFolder folder;
  const Values given{{"initial_probabilities", std::vector<double>{0.9, 0.1}}};
  const std::string none = trained(folder, "none"), rare = trained(folder, "rare", given);
  CHECK(difference(none, rare) > 0);
  CHECK(training_of(none).count("initial_probabilities") == 0);
  CHECK(training_of(rare).at("initial_probabilities") == std::vector<double>{0.9, 0.1});
  Values with_start = given;
  with_start.emplace_back("start", none);
  const std::string again = trained(folder, "again", with_start);
  CHECK(training_of(again).count("initial_probabilities") == 0);
  CHECK(difference(again, trained(folder, "alike", {{"start", none}})) == 0);
  CHECK(contains(Training(folder, "x", {{"initial_probabilities", std::vector<double>{0.9, 0.2}}}).error(), "add up to 1.1"));
}

TEST_CASE("train.fit: the model says augmentation, gate, date, version and the hash of the model that it began with") {
  const TestFolder folder;
  const std::string first = trained(folder, "first");
  CHECK(training_of(first).count("start_sha256") == 0);
  CHECK(training_of(first).count("gate") == 0);
  const auto said = training_of(trained(folder, "m",
                                        {{"start", first},
                                         {"flips", Words{"x", "z"}},
                                         {"rotations", Words{"xy"}},
                                         {"intensity_shift", 0.2},
                                         {"intensity_scale", 0.1},
                                         {"thick_slices", std::int64_t{3}},
                                         {"gate", std::string("FLAIR above 1 sd")}}));
  CHECK(
      said.at("augmentation") ==
      nlohmann::json{
          {"flips", {"x", "z"}}, {"rotations", {"xy"}}, {"intensity_shift", 0.2}, {"intensity_scale", 0.1}, {"thick_slices", 3}});
  CHECK(said.at("gate") == "FLAIR above 1 sd");
  CHECK(said.at("date") == "2026-11-28");
  CHECK(said.at("made_with").at("plugin") == "train");
  CHECK(said.at("made_with").at("build").get<std::string>().size() == 16);
  CHECK(said.at("start") == "first.pt");
  CHECK(said.at("start_sha256") == tensor::sha256_of(first));
}

TEST_CASE("train.fit: the hash of a start is that of the file that was read, also where the model takes its name") {
  const TestFolder folder;
  const std::string same = trained(folder, "same"), hash = tensor::sha256_of(same);
  trained(folder, "same", {{"start", same}});
  CHECK(training_of(same).at("start_sha256") == hash);
}

}  // namespace
}  // namespace flowrun::testing
