#pragma once
// Pictures: drawn once, by one function, onto either of two surfaces, SVG and PNG.

#include <cairo.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "rendering/colour.h"

namespace toccata::rendering {

enum class Align { left, centre, right };

/// cairo, as the pictures use it. Lengths are in CSS pixels; y grows downwards.
class Canvas {
 public:
  explicit Canvas(cairo_t* cairo) : cairo_(cairo) {}

  void rectangle(double x, double y, double width, double height, const Colour& colour,
                 double opacity = 1);
  /// With corners of radius `radius`, as far as its size allows.
  void rounded(double x, double y, double width, double height, double radius, const Colour& colour,
               double opacity = 1);
  void line(double x0, double y0, double x1, double y1, const Colour& colour, double width = 1);
  void dashed(double x0, double y0, double x1, double y1, const Colour& colour, double width = 1);
  /// A line through points given one by one: begin_path, then to(…) each, then stroke.
  void begin_path() { cairo_new_path(cairo_); }
  void to(double x, double y) { cairo_line_to(cairo_, x, y); }
  void stroke(const Colour& colour, double width, double opacity = 1);
  void fill(const Colour& colour, double opacity = 1);
  void disc(double x, double y, double radius, const Colour& colour, double opacity = 1);
  /// One line of UTF-8 text whose baseline is at y.
  void text(double x, double y, std::string_view text, double size, const Colour& colour,
            Align align = Align::left, bool bold = false);
  /// The same, turned a quarter to the left, with its middle at (x, y).
  void text_upwards(double x, double y, std::string_view text, double size, const Colour& colour);
  double text_width(std::string_view text, double size, bool bold = false);
  /// Nothing is drawn outside this rectangle until unclip().
  void clip(double x, double y, double width, double height);
  void unclip();

 private:
  void set(const Colour& colour, double opacity);
  void font(double size, bool bold);
  cairo_t* cairo_;
};

/// `text` with every byte that is no printable UTF-8 as '?': cairo refuses such text and then draws
/// nothing more, and an SVG with it is not well-formed.
std::string valid_utf8(std::string_view text);

struct Picture {
  double width = 0, height = 0;  // CSS pixels
  std::string title;             // for readers of screens, and for search: <title> of the SVG
  std::string description;       // <desc>: what is in the picture, its labels too
  std::function<void(Canvas&)> draw;
};

Bytes to_svg(const Picture& picture);
/// `scale` device pixels a CSS pixel; less where the picture would have more than 32 million of
/// them or 32,767 (cairo's limit) a side.
Bytes to_png(const Picture& picture, double scale = 2);

/// Writes SVG or PNG as the path's extension says, whole or not at all. Throws Error (usage) on
/// another extension.
void write_picture(const std::filesystem::path& path, const Picture& picture);

/// True for paths with an extension that write_picture knows.
bool is_picture_path(const std::filesystem::path& path);

}  // namespace toccata::rendering
