#pragma once
// A contact sheet: one HTML page, with everything in it, that shows pieces side by side and plays
// them, for someone to choose from.

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
};

/// Ten pieces are seen on a screen at once. Nothing is fetched from anywhere: drawings and notes
/// are in the page, and a script in it plays them by the browser's own oscillators. It follows the
/// reader's light or dark setting. Headings, lists and descriptions of the drawings are for those
/// who hear the page. The same sheet gives the same text.
std::string contact_sheet(const ContactSheet& sheet);

}  // namespace toccata::rendering
