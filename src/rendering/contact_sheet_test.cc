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
  EXPECT_EQ(count(html, "<svg "), 2);
  EXPECT_EQ(count(html, "<button "), 2);
  // What is played: the one note of each piece, a second of 120 quarters per minute.
  EXPECT_THAT(html, HasSubstr(R"([{"seconds":2.000,"notes":[[0.000,0.500,60,80]]},{)"));
  EXPECT_THAT(html, HasSubstr("href=\"a.mid\""));
  EXPECT_THAT(html, HasSubstr("1.50 nats per note"));
  // Nothing comes from elsewhere.
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, Not(HasSubstr("http")));
  EXPECT_EQ(count(html, "<link"), 0);
  EXPECT_EQ(contact_sheet(sheet), html);
}

TEST(ContactSheet, CanBeHeardAndReadInTheDark) {
  const std::string html = contact_sheet({"Title", "Words.", {}, {piece("1. Piece 0", "a.mid")}});
  EXPECT_THAT(html, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(html, HasSubstr("<h1>Title</h1>"));
  EXPECT_THAT(html, HasSubstr("<h2>1. Piece 0</h2>"));
  EXPECT_THAT(html, HasSubstr("aria-label=\"Piano roll: bars 1–1"));
  EXPECT_THAT(html, HasSubstr("aria-label=\"Play 1. Piece 0\""));
  EXPECT_THAT(html, HasSubstr("(prefers-color-scheme: dark)"));
}

TEST(ContactSheet, NamesCannotBreakOutOfTheirPlace) {
  ContactPiece one = piece("<b>\"x\"</b>", "a b\"#?.mid");
  one.receipt = "{\"toccata\":{\"model\":\"</code><script>\"}}";
  const std::string html = contact_sheet({"A & B", "<i>", {}, {one}});
  EXPECT_THAT(html, HasSubstr("href=\"a%20b%22%23%3F.mid\""));
  EXPECT_THAT(html, HasSubstr("A &amp; B"));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, Not(HasSubstr("<i>")));
  EXPECT_EQ(count(html, "<script>"), 1);  // the page's own
}

}  // namespace
}  // namespace toccata::rendering
