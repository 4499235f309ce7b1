// In place of cairo_canvas.cc and cairo_surfaces.cc where the program is built without cairo.

#include "base/error.h"
#include "rendering/picture.h"

namespace toccata::rendering {
namespace {

[[noreturn]] void refuse() {
  fail(
      "this program was built without cairo and draws no pictures: install it (Debian: "
      "libcairo2-dev) and build again (docs/building.md)");
}

}  // namespace

bool has_pictures() {
  return false;
}

Bytes to_svg(const Picture&) {
  refuse();
}

Bytes to_png(const Picture&, double) {
  refuse();
}

}  // namespace toccata::rendering
