// The pages that people read: README.md, docs/ and their like.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace {
namespace fs = std::filesystem;

const fs::path kRoot = TOCCATA_SOURCE_DIR;

std::vector<fs::path> pages() {
  std::vector<fs::path> all = {kRoot / "README.md", kRoot / "CHANGELOG.md",
                               kRoot / "CONTRIBUTING.md", kRoot / "examples/README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "docs"))
    if (entry.path().extension() == ".md") all.push_back(entry.path());
  EXPECT_GE(all.size(), 20U);
  return all;
}

std::vector<std::string> lines_of(const fs::path& page) {
  std::ifstream file(page);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  EXPECT_FALSE(lines.empty()) << page;
  return lines;
}

TEST(Pages, WrapAt100Columns) {
  for (const fs::path& page : pages()) {
    int number = 0;
    for (const std::string& line : lines_of(page)) {
      ++number;
      if (line.starts_with('|')) continue;  // rows of tables cannot wrap
      const auto columns =
          std::ranges::count_if(line, [](unsigned char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LE(columns, 100) << page.string() << ":" << number;
    }
  }
  EXPECT_LT(lines_of(kRoot / "README.md").size(), 100U);
}

/// "## What `describe` counts" becomes "what-describe-counts", as on GitHub.
bool has_heading(const fs::path& page, const std::string& anchor) {
  for (const std::string& line : lines_of(page)) {
    if (!line.starts_with('#')) continue;
    std::string slug;
    for (const char c : line.substr(line.find(' ') + 1)) {
      if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_')
        slug += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      if (c == ' ') slug += '-';
    }
    if (slug == anchor) return true;
  }
  return false;
}

TEST(Pages, LinkToPagesAndHeadingsThatExist) {
  const std::regex link(R"(\]\(([^)#:]*)(?:#([^)]*))?\))");
  int links = 0;
  for (const fs::path& page : pages())
    for (const std::string& line : lines_of(page))
      for (std::sregex_iterator i(line.begin(), line.end(), link), end; i != end; ++i, ++links) {
        const std::string name = (*i)[1], anchor = (*i)[2];
        const fs::path target = name.empty() ? page : page.parent_path() / name;
        ASSERT_TRUE(fs::exists(target)) << page.string() << ": " << i->str();
        EXPECT_TRUE(anchor.empty() || has_heading(target, anchor))
            << page.string() << ": " << i->str();
      }
  EXPECT_GE(links, 50);
}

TEST(Pages, NameNoFolderOfTheMachineThatMadeThem) {
  const std::regex folder(R"((^|[^\w.~-])/(work|home|root|tmp)/)");
  int files = 0;
  const auto look = [&](const fs::path& file) {
    ++files;
    int number = 0;
    for (const std::string& line : lines_of(file)) {
      ++number;
      EXPECT_FALSE(std::regex_search(line, folder)) << file.string() << ":" << number;
    }
  };
  for (const fs::path& page : pages()) look(page);
  for (const char* place : {"docs", "models", "recipes", "web/src"})
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / place))
      if (const auto kind = entry.path().extension(); kind == ".svg" || kind == ".ts" ||
                                                      kind == ".tsx" || kind == ".toml" ||
                                                      entry.path().filename() == "README.md")
        look(entry.path());
  EXPECT_GE(files, 60);
}

}  // namespace
