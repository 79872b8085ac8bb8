#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>

#include "flowrun/host/scripts.h"
#include "flowrun/sdk/codec.h"
#include "flowrun/sdk/error.h"
#include "scripts/script_worker.h"

namespace flowrun {
namespace {

using scripts::Request;
using scripts::ScriptWorker;

/// All that a script is made of; it and what it may import are small.
std::string text_of(const std::filesystem::path& script) {
  std::ostringstream text;
  text << std::ifstream(script, std::ios::binary).rdbuf();
  for (const std::string& helper : script_helpers(script))
    text << "\n" << helper << "\n" << std::ifstream(script.parent_path() / helper, std::ios::binary).rdbuf();
  return text.str();
}

/// The processes of one script that have nothing to do. Any thread.
class Workers {
 public:
  Workers(std::filesystem::path script, std::string text) : script_(std::move(script)), text_(std::move(text)) {}

  std::unique_ptr<ScriptWorker> take() {
    {
      const std::lock_guard lock(mutex_);
      while (!idle_.empty()) {
        std::unique_ptr<ScriptWorker> worker = std::move(idle_.back());
        idle_.pop_back();
        if (worker->is_own()) return worker;
      }
    }
    if (text_of(script_) != text_)
      throw Error("'" + script_.string() + "' or what it imports has changed since this node was made; start again");
    return std::make_unique<ScriptWorker>(python_command("serve", script_));
  }
  void give_back(std::unique_ptr<ScriptWorker> worker) {
    if (!worker->is_usable()) return;
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(worker));
  }

  /// Those of a script as it is now, shared by all its nodes.
  static std::shared_ptr<Workers> of(const std::filesystem::path& script) {
    static std::mutex* const kMutex = new std::mutex;
    static auto* const kAll = new std::map<std::filesystem::path, std::weak_ptr<Workers>>;
    std::string text = text_of(script);
    const std::lock_guard lock(*kMutex);
    std::weak_ptr<Workers>& known = (*kAll)[script];
    std::shared_ptr<Workers> workers = known.lock();
    if (!workers || workers->text_ != text) known = workers = std::make_shared<Workers>(script, std::move(text));
    return workers;
  }

 private:
  std::filesystem::path script_;
  std::string text_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ScriptWorker>> idle_;
};

void write_value(ByteWriter& out, bool value) { out.number(static_cast<std::uint8_t>(value)); }
void write_value(ByteWriter& out, std::int64_t value) { out.number(value); }
void write_value(ByteWriter& out, double value) { out.number(value); }
void write_value(ByteWriter& out, const std::string& value) { out.text(value); }
template <class T>
void write_value(ByteWriter& out, const std::vector<T>& values) {
  out.number(static_cast<std::uint64_t>(values.size()));
  for (const T& value : values) write_value(out, value);
}

void write_params(ByteWriter& out, const Params& params) {
  out.number(static_cast<std::uint64_t>(params.all().size()));
  for (const auto& [name, value] : params.all()) {
    out.text(name);
    out.number(static_cast<std::uint8_t>(value.index()));
    std::visit([&](const auto& one) { write_value(out, one); }, value);
  }
}

ByteWriter writer_into(std::string& text) {
  return ByteWriter([&text](const void* bytes, std::size_t length) { text.append(static_cast<const char*>(bytes), length); });
}

class ScriptNode : public Node {
 public:
  ScriptNode(const std::filesystem::path& script, NodeType type) : type_(std::move(type)), workers_(Workers::of(script)) {}

  void open(OpenContext& context) override {
    ByteWriter out = writer_into(opening_);
    out.text(type_.name);
    out.number(number_);
    out.text(context.node_id());
    out.text(context.device());
    write_params(out, context.params());
    Told told = call(Request(), std::string(1, kOpen) + opening_, {}, {});
    for (const std::string& warning : told.warnings) context.warn(warning);
    workers_->give_back(std::move(told.worker));
    if (!told.failure.empty()) throw Error(told.failure);
  }

  void process(Context& context) override {
    Request request;
    GivenInputs given;
    const std::string header = firing_header(context, request, given);
    Told told = call(
        request, header, [&] { return context.cancelled(); }, [&](double done) { context.progress(done); });
    for (const std::string& warning : told.warnings) context.warn(warning);
    for (const auto& [name, value] : told.reports) context.report(name, value);
    if (told.failure.empty()) emit_outputs(context, told, given);
    workers_->give_back(std::move(told.worker));
    if (!told.failure.empty()) throw Error(told.failure);
  }

 private:
  /// The inputs of a firing, by where they lie in the request.
  using GivenInputs = std::map<std::uint64_t, PayloadPtr>;
  /// A packet in the worker's memory.
  struct Written {
    std::span<const std::byte> bytes;
    std::optional<std::uint64_t> in_request;  ///< it is an input, given back
  };
  /// What a worker answered.
  struct Told {
    std::unique_ptr<ScriptWorker> worker;
    std::string failure;
    std::vector<std::string> warnings;
    std::vector<std::pair<std::string, double>> reports;
    std::map<std::string, Written> outputs;
  };

  std::string firing_header(const Context& context, Request& request, GivenInputs& given) const {
    std::string header = kFire + opening_;
    ByteWriter out = writer_into(header);
    out.text(context.case_name());
    out.number(context.chunk());
    out.number(static_cast<std::int64_t>(context.threads()));
    write_params(out, context.params());
    out.number(static_cast<std::uint64_t>(type_.inputs.size()));
    for (const InputPort& port : type_.inputs) {
      const auto payloads = context.inputs(port.name);
      out.text(port.name);
      out.number(static_cast<std::uint64_t>(payloads.size()));
      for (const PayloadPtr& payload : payloads) add_packet(out, request, given, port.name, payload);
    }
    return header;
  }

  static void add_packet(ByteWriter& out, Request& request, GivenInputs& given, const std::string& port,
                         const PayloadPtr& payload) {
    out.text(payload ? payload->type() : "");
    if (!payload) return;
    const Codec* codec = standard_codec(payload->type());
    if (!codec)
      throw Error("input '" + port + "': packets of type '" + std::string(payload->type()) + "' cannot be given to Python");
    const Request::Place place = request.add(*payload, *codec);
    out.number(place.offset);
    out.number(place.length);
    given[place.offset] = payload;
  }

  Told call(const Request& request, const std::string& header, const std::function<bool()>& stop,
            const std::function<void(double)>& progress) const {
    Told told;
    told.worker = workers_->take();
    const ScriptWorker::Answer answer = told.worker->call(request, header, stop, progress);
    ByteReader in(answer.header);
    told.failure = in.text();
    for (std::size_t left = in.count(sizeof(std::uint64_t)); left > 0; --left) told.warnings.push_back(in.text());
    for (std::size_t left = in.count(2 * sizeof(std::uint64_t)); left > 0; --left) {
      std::string name = in.text();
      told.reports.emplace_back(std::move(name), in.number<double>());
    }
    for (std::size_t left = in.count(4 * sizeof(std::uint64_t)); left > 0; --left) {
      const std::string port = in.text();
      told.outputs[port] = output_of(answer, in);
    }
    return told;
  }

  static Written output_of(const ScriptWorker::Answer& answer, ByteReader& in) {
    constexpr const char* kUnreadable = "its process of Python gave an answer that cannot be read";
    const auto which = in.number<std::uint64_t>(), offset = in.number<std::uint64_t>(), length = in.number<std::uint64_t>();
    ByteReader::require(which < answer.memories.size(), kUnreadable);
    const std::span<const std::byte> memory = answer.memories[which];
    ByteReader::require(offset <= memory.size() && length <= memory.size() - offset, kUnreadable);
    return {memory.subspan(offset, length), which == ScriptWorker::kRequest ? std::optional(offset) : std::nullopt};
  }

  void emit_outputs(Context& context, const Told& told, const GivenInputs& given) const {
    for (const OutputPort& port : type_.outputs) {
      const auto found = told.outputs.find(port.name);
      const Codec* codec = standard_codec(port.payload);
      if (found == told.outputs.end() || !codec) throw Error("its process of Python gave no output '" + port.name + "'");
      const auto input = found->second.in_request ? given.find(*found->second.in_request) : given.end();
      if (input != given.end() && input->second->type() == port.payload) {
        context.emit_shared(port.name, input->second);
        continue;
      }
      ByteReader in(found->second.bytes);
      std::unique_ptr<Payload> payload;
      try {
        payload = codec->read(in);
        ByteReader::require(in.left() == 0, "it has more data than it says");
      } catch (const std::exception& fault) {
        throw Error("output '" + port.name + "' is no " + port.payload + ": " + fault.what());
      }
      context.emit_owned(port.name, std::move(payload));
    }
  }

  /// What a request begins with.
  static constexpr char kOpen = 0, kFire = 1;

  static std::uint64_t next_number() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }

  NodeType type_;
  std::shared_ptr<Workers> workers_;
  std::uint64_t number_ = next_number();  ///< by which workers know it
  std::string opening_;                   ///< what a worker needs to make its own of this node
};

}  // namespace

std::unique_ptr<Node> script_node(const std::filesystem::path& script, const NodeType& type) {
  return std::make_unique<ScriptNode>(script, type);
}

}  // namespace flowrun
