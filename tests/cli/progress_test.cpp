// Progress on a terminal, looked at through a small terminal of the test's own.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "flowrun_process.h"
#include "graph_texts.h"
#include "support/needs.h"

using namespace flowrun::testing;

namespace {

constexpr unsigned short kHeight = 24;

/// What a terminal shows that wraps its lines anew when it is made narrower or wider, as tmux does: the rows that this adds move
/// what is above them up, and what leaves the screen at its top is out of reach.
class Screen {
 public:
  Screen(std::size_t columns, std::size_t height) : columns_(columns), height_(height), rows_(1) {}

  void take(char c) {
    if (!escape_.empty()) return take_escape(c);
    if (c == '\x1b') escape_ = c;
    else if (c == '\r') column_ = 0;
    else if (c == '\n') next_row();
    else put(c);
  }

  void resize(std::size_t columns) {
    std::vector<Row> rows;
    std::size_t cursor = 0;
    std::string line;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (i == row_) cursor = rows.size() + line.size() / columns;
      line += rows_[i].text;
      if (rows_[i].wraps) continue;
      do {
        rows.push_back({line.substr(0, columns), line.size() > columns});
        line.erase(0, columns);
      } while (!line.empty());
    }
    const std::size_t all = top_ + rows.size();
    top_ = all - std::min(all, rows_.size());
    rows_ = std::move(rows);
    row_ = cursor;
    columns_ = columns;
  }

  /// Every line that it ever showed and that was not taken away.
  std::string text() const {
    std::string all;
    for (const Row& row : rows_) all += row.text + (row.wraps ? "" : "\n");
    return all;
  }
  int blocks() const { return blocks_; }  ///< how often all below the cursor was taken away: each block ends so

 private:
  struct Row {
    std::string text;
    bool wraps = false;  ///< the next row goes on with its line
  };

  void put(char c) {
    if (column_ == columns_) {
      rows_[row_].wraps = true;
      next_row();
      column_ = 0;
    }
    std::string& text = rows_[row_].text;
    if (text.size() <= column_) text.resize(column_ + 1, ' ');
    text[column_++] = c;
  }

  void next_row() {
    if (++row_ == rows_.size()) rows_.emplace_back();
    if (row_ >= top_ + height_) top_ = row_ + 1 - height_;
  }

  void take_escape(char c) {
    escape_ += c;
    if (c == '[' || (c >= '0' && c <= '9')) return;
    const std::size_t count = escape_.size() > 3 ? std::stoul(escape_.substr(2)) : 1;
    if (c == 'A') row_ = std::max(top_, row_ - std::min(row_, count));
    if (c == 'K' || c == 'J') {
      rows_[row_].text.resize(std::min(rows_[row_].text.size(), column_));
      rows_[row_].wraps = false;
    }
    if (c == 'J') {
      rows_.resize(row_ + 1);
      ++blocks_;
    }
    escape_.clear();
  }

  std::size_t columns_, height_;
  std::vector<Row> rows_;
  std::size_t row_ = 0, column_ = 0, top_ = 0;
  std::string escape_;
  int blocks_ = 0;
};

bool terminals_are_there() {
  int terminal = -1, other = -1;
  if (openpty(&terminal, &other, nullptr, nullptr, nullptr) != 0) return false;
  close(terminal);
  close(other);
  return true;
}

/// A flowrun whose standard error is a terminal.
class TerminalRun {
 public:
  TerminalRun(const TempFolder& folder, std::vector<std::string> words) {
    const winsize size = size_of(100);
    process_ = forkpty(&terminal_, nullptr, nullptr, &size);
    REQUIRE(process_ >= 0);
    if (process_ == 0) become_flowrun(folder.path(), std::move(words));
  }
  ~TerminalRun() {
    if (process_ > 0) kill(process_, SIGKILL);
    if (process_ > 0) waitpid(process_, nullptr, 0);
    close(terminal_);
  }

  /// Reads until progress was drawn so often; false at the end of the run.
  bool read_blocks(int count) {
    const int wanted = screen.blocks() + count;
    while (screen.blocks() < wanted)
      if (!read_some()) return false;
    return true;
  }

  void resize(unsigned short columns) {
    const winsize size = size_of(columns);
    screen.resize(columns);
    REQUIRE(ioctl(terminal_, TIOCSWINSZ, &size) == 0);
  }

  int end() {
    while (read_some()) {
    }
    int status = 0;
    waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  Screen screen{100, kHeight};

 private:
  static winsize size_of(unsigned short columns) { return {kHeight, columns, 0, 0}; }

  [[noreturn]] static void become_flowrun(const std::filesystem::path& folder, std::vector<std::string> words) {
    if (chdir(folder.c_str()) != 0 || dup2(open("stdout.txt", O_WRONLY | O_CREAT, 0600), STDOUT_FILENO) < 0) _exit(126);
    setenv("FLOWRUN_PLUGIN_PATH", FLOWRUN_CLI_PLUGINS, 1);
    setenv("TERM", "xterm", 1);
    words.insert(words.begin(), "flowrun");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execv(FLOWRUN_EXECUTABLE, arguments.data());
    _exit(127);
  }

  bool read_some() {
    char bytes[512];
    const ssize_t count = read(terminal_, bytes, sizeof bytes);  // fails when the run has ended
    for (ssize_t i = 0; i < count; ++i) screen.take(bytes[i]);
    return count > 0;
  }

  pid_t process_ = -1;
  int terminal_ = -1;
};

}  // namespace

TEST_CASE("flowrun run: progress leaves no line behind on a terminal that is made narrower and wider" *
          doctest::test_suite("needs a terminal")) {
  if (!terminals_are_there()) return could_not_run("no terminal can be made here: the system has no /dev/pts");
  const TempFolder folder;
  folder.write("waiting.json", kWaitGraph);
  folder.write("cases.csv", "case,value\na_patient_with_a_name_that_takes_half_a_line,1\nb,2\nc,3\n");
  TerminalRun run(folder, {"run", "waiting.json", "--cases", "cases.csv", "--cases-in-flight", "3", "--out", "o"});
  std::string before;  // so much that nothing leaves the screen when lines wrap
  for (int i = 0; i < 17; ++i) before += "line " + std::to_string(i) + "\n";
  for (const char c : before) {
    if (c == '\n') run.screen.take('\r');
    run.screen.take(c);
  }
  REQUIRE(run.read_blocks(2));
  CHECK(contains(run.screen.text(), "0 of 3 cases done, 3 running"));
  CHECK(contains(run.screen.text(), "a_patient_with_a_name_that_takes_half_a_line"));
  for (const unsigned short columns : {60, 31, 120, 45}) {
    run.resize(columns);
    REQUIRE(run.read_blocks(2));
  }
  for (const char* name : {"a_patient_with_a_name_that_takes_half_a_line", "b", "c"})
    folder.write(std::string("o/") + name + ".release", "");
  CHECK(run.end() == 0);
  CHECK(run.screen.text() == before + "flowrun: waiting: opening 3 nodes for 3 cases\n\n");
}
