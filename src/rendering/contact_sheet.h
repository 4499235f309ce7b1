#pragma once
// A contact sheet: one HTML page, with everything in it, that shows pieces side by side, for
// someone to choose from.

#include <string>
#include <utility>
#include <vector>

#include "notation/score.h"

namespace toccata::rendering {

using Fact = std::pair<std::string, std::string>;  // what, and its value, in words

struct ContactPiece {
  std::string title;
  std::string file;  // what the links lead to, relative to the page
  notation::Score score;
  std::vector<Fact> figures;
  std::string receipt;  // how it was made; empty: none
};

struct ContactSheet {
  std::string title;
  std::string introduction;  // a sentence or two
  std::vector<Fact> facts;   // about all of them
  std::vector<ContactPiece> pieces;
  double picture_width = 1000;  // CSS pixels
};

/// Nothing is fetched from anywhere: pictures are in the page, in a light and a dark form that
/// follow the reader's setting; no script. Headings, lists and descriptions of the pictures are for
/// those who hear the page. Where the program is built without cairo there are no pictures. The
/// same sheet gives the same text.
std::string contact_sheet(const ContactSheet& sheet);

}  // namespace toccata::rendering
