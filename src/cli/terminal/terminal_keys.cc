#include "cli/terminal/terminal_keys.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace toccata::cli {
namespace {

constexpr std::array<std::pair<char, const char*>, 13> kKeys = {{{'t', "temperature down"},
                                                                 {'T', "temperature up"},
                                                                 {'d', "density down"},
                                                                 {'D', "density up"},
                                                                 {'s', "tempo down"},
                                                                 {'S', "tempo up"},
                                                                 {'v', "velocity down"},
                                                                 {'V', "velocity up"},
                                                                 {'k', "key next"},
                                                                 {'K', "key previous"},
                                                                 {'0', "key off"},
                                                                 {'q', "quit"},
                                                                 {'Q', "quit"}}};
constexpr std::size_t kLongestLine = 4096;

void echo(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

std::string line_of_key(char key, const std::vector<std::string>& models, std::string& model) {
  if (key == 'm' && !models.empty()) {
    const auto now = std::find(models.begin(), models.end(), model);
    model = now == models.end() || now + 1 == models.end() ? models.front() : now[1];
    return "model " + model;
  }
  for (const auto& [k, line] : kKeys) {
    if (k == key) return line;
  }
  return "";
}

std::string keys_help() {
  return "keys: t T temperature, d D density, s S tempo, v V velocity (down, up); k K key by "
         "fifths, 0 no key; m next model; q ends; : and a line such as :key D minor";
}

TerminalKeys::TerminalKeys(std::vector<std::string> models, std::string model)
    : models_(std::move(models)), model_(std::move(model)) {}

void TerminalKeys::take(char c, std::vector<std::string>& lines) {
  if (!on_terminal() || typing_) {
    if (c == '\n' || c == '\r') {
      if (typing_) echo("\n");
      if (!line_.empty()) lines.push_back(std::exchange(line_, {}));
      typing_ = false;
    } else if (typing_ && c == '\x1b') {
      echo("\n");
      line_.clear();
      typing_ = false;
    } else if (typing_ && (c == '\x7f' || c == '\b')) {
      if (!line_.empty()) {
        line_.pop_back();
        echo("\b \b");
      }
    } else if (line_.size() < kLongestLine) {
      line_ += c;
      if (typing_) echo({&c, 1});
    }
    return;
  }
  if (c == ':') {
    typing_ = true;
    echo(":");
  } else if (c == 'h' || c == '?') {
    echo(keys_help() + "\n");
  } else if (std::string line = line_of_key(c, models_, model_); !line.empty()) {
    lines.push_back(std::move(line));
  }
}

std::vector<std::string> TerminalKeys::lines() {
  std::vector<std::string> lines;
  // A few blocks at most: an endless file on standard input must not stop the music.
  for (int block = 0; block < 4 && !ended_; ++block) {
    const std::optional<std::string> bytes = input_.read();
    if (!bytes) {
      ended_ = true;
      if (!on_terminal() && !line_.empty()) lines.push_back(std::exchange(line_, {}));
      break;
    }
    if (bytes->empty()) break;
    for (const char c : *bytes) take(c, lines);
  }
  return lines;
}

}  // namespace toccata::cli
