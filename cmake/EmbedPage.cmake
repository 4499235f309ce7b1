# cmake -DPAGE=web/dist -DOUT=page_files.cc -P EmbedPage.cmake: every file below PAGE as a C++ source that defines
# studio::page_files(). Users need no Node: the built page is part of the source.
file(GLOB_RECURSE files RELATIVE ${PAGE} ${PAGE}/*)
list(SORT files)
set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS files)
  file(READ ${PAGE}/${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  # A line of 1.5 million letters is more than some tools like.
  string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
  string(APPEND arrays "constexpr unsigned char kFile${number}[] = {${bytes} 0};\n")
  string(APPEND rows "      {\"${file}\", {reinterpret_cast<const char*>(kFile${number}), sizeof(kFile${number}) - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT}.new "// Made by cmake/EmbedPage.cmake from web/dist.
#include \"studio/page.h\"

namespace toccata::studio {
namespace {
${arrays}
}  // namespace

const std::vector<PageFile>& page_files() {
  static const std::vector<PageFile> files = {
${rows}  };
  return files;
}

}  // namespace toccata::studio
")
file(RENAME ${OUT}.new ${OUT})
