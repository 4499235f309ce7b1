#pragma once
// The canvas that cairo draws, for both surfaces.

#include <cairo.h>

#include "rendering/picture.h"

namespace toccata::rendering {

class CairoCanvas : public Canvas {
 public:
  explicit CairoCanvas(cairo_t* cairo) : cairo_(cairo) {}
  void rectangle(double x, double y, double width, double height, const Colour& colour,
                 double opacity) override;
  void rounded(double x, double y, double width, double height, double radius, const Colour& colour,
               double opacity) override;
  void line(double x0, double y0, double x1, double y1, const Colour& colour,
            double width) override;
  void dashed(double x0, double y0, double x1, double y1, const Colour& colour,
              double width) override;
  void begin_path() override { cairo_new_path(cairo_); }
  void to(double x, double y) override { cairo_line_to(cairo_, x, y); }
  void stroke(const Colour& colour, double width, double opacity) override;
  void fill(const Colour& colour, double opacity) override;
  void disc(double x, double y, double radius, const Colour& colour, double opacity) override;
  void text(double x, double y, std::string_view text, double size, const Colour& colour,
            Align align, bool bold) override;
  void text_upwards(double x, double y, std::string_view text, double size,
                    const Colour& colour) override;
  double text_width(std::string_view text, double size, bool bold) override;
  void clip(double x, double y, double width, double height) override;
  void unclip() override;

 private:
  void set(const Colour& colour, double opacity);
  void font(double size, bool bold);
  cairo_t* cairo_;
};

}  // namespace toccata::rendering
