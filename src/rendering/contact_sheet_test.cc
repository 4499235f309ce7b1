#include "rendering/contact_sheet.h"

#include <gmock/gmock.h>

namespace toccata::rendering {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ContactPiece piece(std::string title, std::string file) {
  ContactPiece piece{
      std::move(title), std::move(file), {}, {{"Surprise", "1.50 nats per note"}}, ""};
  piece.score.tracks.resize(1);
  notation::Note note;
  note.end = 480;
  piece.score.tracks[0].notes = {note};
  piece.score.end = 1920;
  return piece;
}

int count(const std::string& text, const std::string& what) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size())
    ++found;
  return found;
}

TEST(ContactSheet, HoldsEverythingInOneFile) {
  const ContactSheet sheet{"The best 2",
                           "Ranked.",
                           {{"Seed", "7"}},
                           {piece("1. Piece 4", "a.mid"), piece("2. Piece 9", "b.mid")}};
  const std::string html = contact_sheet(sheet);
  EXPECT_EQ(count(html, "<img "), 2);
  EXPECT_EQ(count(html, "src=\"data:image/png;base64,"), 2);
  EXPECT_EQ(count(html, "srcset=\"data:image/png;base64,"), 2);
  EXPECT_THAT(html, HasSubstr("href=\"a.mid\""));
  EXPECT_THAT(html, HasSubstr("1.50 nats per note"));
  // Nothing comes from elsewhere, and nothing runs.
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("src=\"http")));
  EXPECT_EQ(count(html, "<link"), 0);
  EXPECT_EQ(contact_sheet(sheet), html);
}

TEST(ContactSheet, CanBeHeardAndReadInTheDark) {
  const std::string html = contact_sheet({"Title", "Words.", {}, {piece("1. Piece 0", "a.mid")}});
  EXPECT_THAT(html, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(html, HasSubstr("<h1>Title</h1>"));
  EXPECT_THAT(html, HasSubstr("<h2>1. Piece 0</h2>"));
  EXPECT_THAT(html, HasSubstr("alt=\"Piano roll: bars 1–1"));
  EXPECT_THAT(html, HasSubstr("(prefers-color-scheme: dark)"));
  // The dark picture is another than the light one.
  const std::size_t begin = html.find("srcset=\"") + 8;
  const std::string dark = html.substr(begin, html.find('"', begin) - begin);
  const std::size_t next = html.find(" src=\"") + 6;
  const std::string light = html.substr(next, html.find('"', next) - next);
  EXPECT_NE(dark, light);
  for (const std::string& address : {dark, light}) {
    EXPECT_EQ(address.find_first_of(" <>#\n"), std::string::npos);
  }
}

TEST(ContactSheet, NamesCannotBreakOutOfTheirPlace) {
  ContactPiece one = piece("<b>\"x\"</b>", "a b\"#?.mid");
  one.receipt = "{\"toccata\":{\"model\":\"</code><script>\"}}";
  const std::string html = contact_sheet({"A & B", "<i>", {}, {one}});
  EXPECT_THAT(html, HasSubstr("href=\"a%20b%22%23%3F.mid\""));
  EXPECT_THAT(html, HasSubstr("A &amp; B"));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, Not(HasSubstr("<i>")));
  EXPECT_THAT(html, Not(HasSubstr("<script>")));
}

}  // namespace
}  // namespace toccata::rendering
