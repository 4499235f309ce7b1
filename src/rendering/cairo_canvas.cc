#include "rendering/cairo_canvas.h"

#include <algorithm>
#include <array>
#include <numbers>
#include <string>

// What fontconfig keeps of the fonts it found for as long as the program runs, LeakSanitizer takes
// for a leak: six lines of C that draw one letter through cairo show the same. Only the sanitizer
// calls this.
extern "C" __attribute__((weak)) const char* __lsan_default_suppressions() {
  return "leak:libfontconfig";
}

namespace toccata::rendering {

void CairoCanvas::set(const Colour& colour, double opacity) {
  cairo_set_source_rgba(cairo_, colour.red, colour.green, colour.blue, opacity);
}

void CairoCanvas::font(double size, bool bold) {
  cairo_select_font_face(cairo_, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo_, size);
}

void CairoCanvas::rectangle(double x, double y, double width, double height, const Colour& colour,
                            double opacity) {
  cairo_rectangle(cairo_, x, y, width, height);
  fill(colour, opacity);
}

void CairoCanvas::rounded(double x, double y, double width, double height, double radius,
                          const Colour& colour, double opacity) {
  constexpr double kQuarter = std::numbers::pi / 2;
  const double r = std::min({radius, width / 2, height / 2});
  cairo_new_path(cairo_);
  cairo_arc(cairo_, x + width - r, y + r, r, -kQuarter, 0);
  cairo_arc(cairo_, x + width - r, y + height - r, r, 0, kQuarter);
  cairo_arc(cairo_, x + r, y + height - r, r, kQuarter, 2 * kQuarter);
  cairo_arc(cairo_, x + r, y + r, r, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(cairo_);
  fill(colour, opacity);
}

void CairoCanvas::line(double x0, double y0, double x1, double y1, const Colour& colour,
                       double width) {
  cairo_move_to(cairo_, x0, y0);
  cairo_line_to(cairo_, x1, y1);
  stroke(colour, width, 1);
}

void CairoCanvas::dashed(double x0, double y0, double x1, double y1, const Colour& colour,
                         double width) {
  constexpr std::array<double, 2> kDashes{6, 4};
  cairo_set_dash(cairo_, kDashes.data(), static_cast<int>(kDashes.size()), 0);
  line(x0, y0, x1, y1, colour, width);
  cairo_set_dash(cairo_, nullptr, 0, 0);
}

void CairoCanvas::stroke(const Colour& colour, double width, double opacity) {
  set(colour, opacity);
  cairo_set_line_width(cairo_, width);
  cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke(cairo_);
}

void CairoCanvas::fill(const Colour& colour, double opacity) {
  set(colour, opacity);
  cairo_fill(cairo_);
}

void CairoCanvas::disc(double x, double y, double radius, const Colour& colour, double opacity) {
  cairo_new_path(cairo_);
  cairo_arc(cairo_, x, y, radius, 0, 2 * std::numbers::pi);
  fill(colour, opacity);
}

void CairoCanvas::text(double x, double y, std::string_view text, double size, const Colour& colour,
                       Align align, bool bold) {
  const double width = align == Align::left ? 0 : text_width(text, size, bold);
  font(size, bold);
  set(colour, 1);
  cairo_move_to(cairo_,
                align == Align::left    ? x
                : align == Align::right ? x - width
                                        : x - width / 2,
                y);
  cairo_show_text(cairo_, valid_utf8(text).c_str());
  cairo_new_path(cairo_);
}

void CairoCanvas::text_upwards(double x, double y, std::string_view text_, double size,
                               const Colour& colour) {
  cairo_save(cairo_);
  cairo_translate(cairo_, x, y);
  cairo_rotate(cairo_, -std::numbers::pi / 2);
  text(0, 0, text_, size, colour, Align::centre, false);
  cairo_restore(cairo_);
}

double CairoCanvas::text_width(std::string_view text, double size, bool bold) {
  font(size, bold);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo_, valid_utf8(text).c_str(), &extents);
  return extents.x_advance;
}

void CairoCanvas::clip(double x, double y, double width, double height) {
  cairo_save(cairo_);
  cairo_rectangle(cairo_, x, y, width, height);
  cairo_clip(cairo_);
}

void CairoCanvas::unclip() {
  cairo_restore(cairo_);
}

}  // namespace toccata::rendering
