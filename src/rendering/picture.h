#pragma once
// Pictures: drawn once, by one function, onto either of two surfaces, SVG and PNG.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "rendering/colour.h"

namespace toccata::rendering {

enum class Align { left, centre, right };

/// What pictures are drawn onto: cairo (cairo_canvas.h), where the program is built with it.
/// Lengths are in CSS pixels; y grows downwards.
class Canvas {
 public:
  virtual ~Canvas() = default;
  virtual void rectangle(double x, double y, double width, double height, const Colour& colour,
                         double opacity = 1) = 0;
  /// With corners of radius `radius`, as far as its size allows.
  virtual void rounded(double x, double y, double width, double height, double radius,
                       const Colour& colour, double opacity = 1) = 0;
  virtual void line(double x0, double y0, double x1, double y1, const Colour& colour,
                    double width = 1) = 0;
  virtual void dashed(double x0, double y0, double x1, double y1, const Colour& colour,
                      double width = 1) = 0;
  /// A line through points given one by one: begin_path, then to(…) each, then stroke.
  virtual void begin_path() = 0;
  virtual void to(double x, double y) = 0;
  virtual void stroke(const Colour& colour, double width, double opacity = 1) = 0;
  virtual void fill(const Colour& colour, double opacity = 1) = 0;
  virtual void disc(double x, double y, double radius, const Colour& colour,
                    double opacity = 1) = 0;
  /// One line of UTF-8 text whose baseline is at y.
  virtual void text(double x, double y, std::string_view text, double size, const Colour& colour,
                    Align align = Align::left, bool bold = false) = 0;
  /// The same, turned a quarter to the left, with its middle at (x, y).
  virtual void text_upwards(double x, double y, std::string_view text, double size,
                            const Colour& colour) = 0;
  virtual double text_width(std::string_view text, double size, bool bold = false) = 0;
  /// Nothing is drawn outside this rectangle until unclip().
  virtual void clip(double x, double y, double width, double height) = 0;
  virtual void unclip() = 0;
};

/// Whether this program was built with cairo: without it, to_svg, to_png and write_picture throw.
bool has_pictures();

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
