#include "common/torch/code_check.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "common/torch/code_tree.h"
#include "common/torch/zip_directory.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

namespace jit = torch::jit;

constexpr std::size_t kLargestCode = 16 * 1024 * 1024;
/// What LibTorch goes through by recursion: brackets and operators within each other, blocks, chains of elif and of returns.
constexpr int kDeepestExpression = 400, kDeepestBlock = 60, kMostBranches = 300, kLongestChain = 300;

int longest_chain(const std::map<std::string, std::set<std::string>>& calls, const std::function<int(const std::string&)>& weight);

}  // namespace

/// Goes over a text once, by LibTorch's own lexer, so that both see the same words. No recursion.
class CodeCheck::Tokens {
 public:
  Tokens(std::map<std::string, Item>& items, const std::string& module, const std::string& place)
      : items_(items), module_(module), place_(place) {}

  void run(const std::shared_ptr<jit::Source>& text) {
    jit::Lexer lexer(text);
    while (lexer.cur().kind != jit::TK_EOF) take(lexer.next());
    end_item();
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const { throw Error(what + " (" + place_ + ")"); }

  void take(jit::Token token) {
    count_depth(token.kind);
    count_branches(token.kind);
    if (token.kind == jit::TK_IDENT) take_name(token.text());
    else if (token.kind != '.') dotted_.clear();
    if (token.kind == jit::TK_CLASS_DEF || token.kind == jit::TK_DEF) begins_ = token.kind;
    else if (token.kind != jit::TK_IDENT) begins_ = 0;
    is_after_dot_ = token.kind == '.';
  }

  /// A bound for the depth of the tree: in each bracket that is open, the operators since its last comma.
  void count_depth(int kind) {
    if (kind == jit::TK_INDENT && ++block_ > kDeepestBlock) refuse("its code nests blocks more than " + std::to_string(kDeepestBlock) + " deep");
    if (kind == jit::TK_DEDENT) --block_;
    const bool opens = kind == '(' || kind == '[' || kind == '{', closes = kind == ')' || kind == ']' || kind == '}';
    const bool ends = kind == ',' || (kind == jit::TK_NEWLINE && counts_.size() == 1);
    if (opens) counts_.back()++, depth_++, counts_.push_back(0);
    else if (closes && counts_.size() > 1) depth_ -= counts_.back(), counts_.pop_back();
    else if (ends) depth_ -= counts_.back(), counts_.back() = 0;
    else if (kind != jit::TK_IDENT && kind != jit::TK_NUMBER && kind != jit::TK_STRINGLITERAL) counts_.back()++, depth_++;
    if (depth_ > kDeepestExpression) refuse("its code has an expression that is nested more than " + std::to_string(kDeepestExpression) + " deep");
  }

  void count_branches(int kind) {
    if (kind == jit::TK_DEF) branches_ = 0;
    const bool counts = kind == jit::TK_ELIF || kind == jit::TK_RETURN || kind == jit::TK_BREAK || kind == jit::TK_CONTINUE;
    if (counts && ++branches_ > kMostBranches) refuse("a method of its code has more than " + std::to_string(kMostBranches) + " branches");
  }

  void take_name(const std::string& text) {
    const std::string name = folded(text);
    if (begins_ != 0) begin(name);
    else if (is_after_dot_ && !dotted_.empty()) dotted_ += "." + name;
    else dotted_ = name;
    begins_ = 0;
    if (dotted_.starts_with("__torch__.")) item_.names.insert(dotted_);
    calls_[method_].insert(name);
  }

  void begin(const std::string& name) {
    dotted_.clear();
    if (begins_ == jit::TK_CLASS_DEF || block_ == 0) {
      end_item();
      name_ = folded(module_) + "." + name;
    } else {
      method_ = name;
    }
  }

  void end_item() {
    if (!name_.empty()) {
      item_.own_depth = longest_chain(calls_, [](const std::string&) { return 1; });
      if (item_.own_depth > kLongestChain) refuse("its code has a chain of more than " + std::to_string(kLongestChain) + " methods that call each other");
      items_[name_] = std::move(item_);
    }
    item_ = {};
    calls_.clear();
    method_.clear();
  }

  std::map<std::string, Item>& items_;
  const std::string& module_;
  const std::string& place_;
  std::vector<int> counts_{0};
  int depth_ = 0, block_ = 0, branches_ = 0, begins_ = 0;
  bool is_after_dot_ = false;
  std::string dotted_, name_, method_;
  Item item_;
  std::map<std::string, std::set<std::string>> calls_;  ///< by method: the words in it, among them the methods that it calls
};

namespace {

/// The weight of the heaviest path through those that name each other. No recursion; circles, which LibTorch refuses, count once.
int longest_chain(const std::map<std::string, std::set<std::string>>& calls, const std::function<int(const std::string&)>& weight) {
  std::map<std::string, int> length;  // 0: begun and not done
  int longest = 0;
  for (const auto& [first, unused] : calls) {
    std::vector<std::string> open{first};
    while (!open.empty()) {
      const std::string name = open.back();
      const bool is_new = !length.contains(name);
      int below = 0;
      if (is_new) length[name] = 0;
      for (const std::string& called : calls.at(name)) {
        if (!calls.contains(called)) continue;
        const auto known = length.find(called);
        if (known != length.end()) below = std::max(below, known->second);
        else if (is_new) open.push_back(called);
      }
      if (is_new && open.back() != name) continue;
      open.pop_back();
      length[name] = std::max(length[name], below + weight(name));
      longest = std::max(longest, length[name]);
    }
  }
  return longest;
}

}  // namespace

void CodeCheck::add(const std::shared_ptr<jit::Source>& text, const std::string& module, const std::string& place) {
  bytes_ += text->size();
  if (bytes_ > kLargestCode) throw Error("its code is larger than 16 MiB");
  try {
    Tokens(items_, module, place).run(text);
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    throw Error("its code cannot be read (" + place + ")");
  }
  check_code_tree(text, place);
}

void CodeCheck::finish() const {
  std::map<std::string, std::set<std::string>> calls;
  for (const auto& [name, item] : items_) {
    std::set<std::string>& called = calls[name];
    for (std::string other : item.names) {  // a name may end with a member of the class
      while (!items_.contains(other) && other.find('.') != std::string::npos) other.erase(other.rfind('.'));
      if (other != name) called.insert(other);
    }
  }
  const int chain = longest_chain(calls, [&](const std::string& name) { return items_.at(name).own_depth; });
  if (chain > kLongestChain)
    throw Error("its code has a chain of more than " + std::to_string(kLongestChain) + " functions and classes that name each other");
}

}  // namespace flowrun::tensor
