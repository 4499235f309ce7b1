#include "rendering/picture.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "rendering/png_size.h"
#include "support/temporary_folder.h"

namespace toccata::rendering {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Picture square() {
  return {40, 30, "a <b> & c", "one\nline", [](Canvas& canvas) {
            canvas.rectangle(0, 0, 40, 30, {1, 1, 1});
            canvas.text(5, 20, "Hm", 12, {0, 0, 0});
          }};
}

std::string svg_of(const Picture& picture) {
  const Bytes bytes = to_svg(picture);
  return {bytes.begin(), bytes.end()};
}

TEST(Picture, AnSvgSaysInWordsWhatItShows) {
  const std::string svg = svg_of(square());
  EXPECT_THAT(svg, HasSubstr("<title>a &lt;b&gt; &amp; c</title>"));
  EXPECT_THAT(svg, HasSubstr("<desc>one?line</desc>"));
  EXPECT_THAT(svg, HasSubstr("width=\"40px\" height=\"30px\""));
  EXPECT_THAT(svg, HasSubstr("</svg>"));
}

TEST(Picture, APngHasTheSizeAskedFor) {
  EXPECT_EQ(png_size(to_png(square(), 2)), std::pair(80, 60));
  EXPECT_EQ(png_size(to_png(square(), 1)), std::pair(40, 30));
}

TEST(Picture, AnImageTooLargeIsDrawnSmaller) {
  Picture high = square();
  high.height = 40000;
  EXPECT_EQ(png_size(to_png(high, 2)).second, 32767);
  Picture large = square();
  large.width = large.height = 8000;
  const auto [width, height] = png_size(to_png(large, 2));
  EXPECT_LE(std::int64_t{width} * height, 32'000'000);
  EXPECT_GT(width, 5000);
}

TEST(Picture, TheSamePictureIsTheSameBytes) {
  EXPECT_EQ(to_svg(square()), to_svg(square()));
  EXPECT_EQ(to_png(square()), to_png(square()));
}

TEST(Picture, TextThatIsNoUtf8IsDrawnAllTheSame) {
  EXPECT_EQ(valid_utf8("Für É ♪"), "Für É ♪");
  EXPECT_EQ(valid_utf8("F\xfcr\x01\x7f"), "F?r??");
  EXPECT_EQ(valid_utf8("\xe2\x99"), "??");
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "??");
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "???");                      // half a surrogate pair
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), "????");                 // beyond U+10FFFF
  EXPECT_EQ(valid_utf8("\xe0\x80\xaf\xf0\x80\x80\xaf"), "???????");  // longer than need be
  Picture odd = square();
  odd.title = "\xff\xfe";
  odd.draw = [](Canvas& canvas) { canvas.text(1, 1, "\xff\xed\xa0\x80", 12, {}); };
  EXPECT_THAT(svg_of(odd), HasSubstr("<title>"
                                     "?"
                                     "?"
                                     "</title>"));
  EXPECT_NO_THROW(to_png(odd));
}

TEST(Picture, TheExtensionChoosesTheFormatAndOthersAreRefused) {
  const TemporaryFolder folder;
  write_picture(folder.path() / "a.SVG", square());
  write_picture(folder.path() / "a.png", square());
  EXPECT_THAT(read_text(folder.path() / "a.SVG"), HasSubstr("<svg"));
  EXPECT_EQ(png_size(read_file(folder.path() / "a.png")), std::pair(80, 60));
  EXPECT_THAT([&] { write_picture(folder.path() / "a.jpg", square()); },
              ThrowsMessage<Error>(HasSubstr(".svg or .png")));
}

}  // namespace
}  // namespace toccata::rendering
