#include <cairo-svg.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <exception>
#include <memory>

#include "base/error.h"
#include "rendering/cairo_canvas.h"

namespace toccata::rendering {
namespace {

constexpr double kLargestImage = 32767;  // cairo's limit, in pixels a side
constexpr double kMostPixels = 32e6;     // 128 MB while it is drawn

struct Destroy {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
using Surface = std::unique_ptr<cairo_surface_t, Destroy>;
using Context = std::unique_ptr<cairo_t, Destroy>;

// cairo's stream functions are C: no exception may pass through them.
cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) noexcept {
  try {
    auto& all = *static_cast<Bytes*>(bytes);
    all.insert(all.end(), data, data + length);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::exception&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

void check(cairo_status_t status, const char* what) {
  if (status != CAIRO_STATUS_SUCCESS)
    fail("drawing {} failed: {}", what, cairo_status_to_string(status));
}

void draw(const Picture& picture, cairo_surface_t* surface, double scale, const char* what) {
  const Context cairo(cairo_create(surface));
  cairo_scale(cairo.get(), scale, scale);
  CairoCanvas canvas(cairo.get());
  picture.draw(canvas);
  check(cairo_status(cairo.get()), what);
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : valid_utf8(text)) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else
      result += c;
  }
  return result;
}

// cairo draws letters as shapes; the words themselves are for those who hear the page or search it.
void describe(std::string& svg, const Picture& picture) {
  const std::size_t begin = svg.find("<svg ");
  const std::size_t end = svg.find('>', begin);
  if (begin == std::string::npos || end == std::string::npos) return;
  svg.insert(end + 1, "\n<title>" + escaped(picture.title) + "</title>\n<desc>" +
                          escaped(picture.description) + "</desc>");
  svg.insert(begin + 5, "role=\"img\" ");
}

// cairo numbers surfaces through the life of the process; but the same picture must be the same
// bytes.
void number_surfaces_afresh(std::string& svg) {
  constexpr std::string_view kId = "id=\"surface";
  std::size_t number = 0;
  for (std::size_t at = 0; (at = svg.find(kId, at)) != std::string::npos;) {
    at += kId.size();
    std::size_t digits = at;
    while (digits < svg.size() && std::isdigit(static_cast<unsigned char>(svg[digits]))) ++digits;
    svg.replace(at, digits - at, std::to_string(++number));
  }
}

}  // namespace

bool has_pictures() {
  return true;
}

Bytes to_svg(const Picture& picture) {
  Bytes bytes;
  const Surface surface(
      cairo_svg_surface_create_for_stream(append, &bytes, picture.width, picture.height));
  check(cairo_surface_status(surface.get()), "an SVG picture");
  cairo_svg_surface_set_document_unit(surface.get(), CAIRO_SVG_UNIT_PX);
  draw(picture, surface.get(), 1, "an SVG picture");
  cairo_surface_finish(surface.get());
  check(cairo_surface_status(surface.get()), "an SVG picture");
  std::string svg(bytes.begin(), bytes.end());
  number_surfaces_afresh(svg);
  describe(svg, picture);
  return {svg.begin(), svg.end()};
}

Bytes to_png(const Picture& picture, double scale) {
  scale = std::min({scale, kLargestImage / std::max({picture.width, picture.height, 1.0}),
                    std::sqrt(kMostPixels / std::max(picture.width * picture.height, 1.0))});
  const Surface surface(cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, std::max(1, static_cast<int>(std::floor(picture.width * scale))),
      std::max(1, static_cast<int>(std::floor(picture.height * scale)))));
  check(cairo_surface_status(surface.get()), "a PNG picture");
  draw(picture, surface.get(), scale, "a PNG picture");
  Bytes bytes;
  check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes), "a PNG picture");
  return bytes;
}

}  // namespace toccata::rendering
