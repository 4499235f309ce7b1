#include "network/model/adapt.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/words.h"
#include "network/model/input_kernel.h"

namespace toccata::network {
namespace {

/// Why not; empty: it can be.
std::string obstacle(const Config& from, const Config& to) {
  if (layers_text(from) != layers_text(to))
    return fmt::format("its layers are {}, and {} were asked for: leave the sizes out",
                       layers_text(from), layers_text(to));
  if (from.roll.grid != to.roll.grid)
    return fmt::format("its grid is {}, and {} was asked for: leave --grid out", from.roll.grid,
                       to.roll.grid);
  if (from.beat != to.beat || from.start_step != to.start_step)
    return fmt::format("its --beat is {}: ask for the same", to_word(from.beat));
  if (from.heads != to.heads) return fmt::format("its --heads are {}", to_word(from.heads));
  if (from.heads == Heads::per_note && from.roll != to.roll)
    return "each of its notes has an output layer of its own, so that the range must be its own";
  return "";
}

/// For each channel of `to` its number in `from`.
std::vector<std::optional<int>> channels_of(const Config& from, const Config& to) {
  std::vector<std::optional<int>> found;
  const music::Cells theirs = from.cells();
  for (const music::Channel& channel : to.cells()) {
    const auto* same = std::find_if(theirs.begin(), theirs.end(), [&](const music::Channel& each) {
      return each.bit == channel.bit;
    });
    found.push_back(same == theirs.end() ? std::nullopt
                                         : std::optional(static_cast<int>(same - theirs.begin())));
  }
  return found;
}

/// For each column of `to` its column in `from`; nothing: it is new.
using Columns = std::vector<std::optional<int>>;

/// `count` notes by C channels, of which the one at `middle` stands for the same note in both.
void add_cells(Columns& columns, const Config& from, const Config& to, int first, int count,
               int middle, int new_count, int new_middle) {
  const std::vector<std::optional<int>> channels = channels_of(from, to);
  for (int n = 0; n < new_count; ++n) {
    const int theirs = n - new_middle + middle;
    for (const std::optional<int>& channel : channels)
      columns.push_back(theirs >= 0 && theirs < count && channel
                            ? std::optional(first + theirs * from.channels() + *channel)
                            : std::nullopt);
  }
}

Columns feature_columns(const Config& from, const Config& to) {
  const std::vector<FeatureGroup> theirs = feature_groups(from);
  Columns columns;
  for (const FeatureGroup& group : feature_groups(to)) {
    const auto same = std::ranges::find_if(theirs, [&](const FeatureGroup& each) {
      return std::string_view(each.name) == group.name && each.lag == group.lag;
    });
    if (same == theirs.end()) {
      columns.insert(columns.end(), static_cast<std::size_t>(group.width), std::nullopt);
    } else if (group.sees == Sees::frame) {
      add_cells(columns, from, to, same->first, same->window, same->window / 2, group.window,
                group.window / 2);
    } else {
      for (int i = 0; i < group.width; ++i) columns.emplace_back(same->first + i);
    }
  }
  return columns;
}

/// Of the first layer along the notes: the past, then what encode_lower gives.
Columns note_columns(const Config& from, const Config& to) {
  Columns columns;
  const int past = from.past_inputs();
  for (int i = 0; i < past; ++i) columns.emplace_back(i);
  add_cells(columns, from, to, past, from.lower_notes, 0, to.lower_notes, 0);
  const int chord = past + from.lower_notes * from.channels();
  for (int k = 0; to.lower_chord && k < 12; ++k)
    columns.push_back(from.lower_chord ? std::optional(chord + k) : std::nullopt);
  return columns;
}

void copy_columns(const LstmSlice<const float>& from, const LstmSlice<float>& to,
                  const Columns* columns) {
  const std::ptrdiff_t rows = std::ptrdiff_t{4} * to.hidden;
  std::copy_n(from.weight_hh, rows * to.hidden, to.weight_hh);
  std::copy_n(from.bias_ih, rows, to.bias_ih);
  std::copy_n(from.bias_hh, rows, to.bias_hh);
  for (std::ptrdiff_t row = 0; row < rows; ++row)
    for (int i = 0; i < to.input; ++i) {
      const std::optional<int> theirs =
          columns ? (*columns)[static_cast<std::size_t>(i)] : std::optional(i);
      to.weight_ih[row * to.input + i] = theirs ? from.weight_ih[row * from.input + *theirs] : 0;
    }
}

/// "position" is (pitch - low) / (N - 1) of another range: a line of the new one.
void move_position(const Config& from, const Config& to, const LstmSlice<float>& first) {
  const double theirs = std::max(from.notes() - 1, 1), ours = std::max(to.notes() - 1, 1);
  const auto slope = static_cast<float>(ours / theirs);
  const auto offset = static_cast<float>((to.roll.low - from.roll.low) / theirs);
  for (std::ptrdiff_t row = 0; row < std::ptrdiff_t{4} * first.hidden; ++row) {
    float& weight = first.weight_ih[row * first.input];  // the first group of a row of features
    first.bias_ih[row] += offset * weight;
    weight *= slope;
  }
}

}  // namespace

bool can_adapt(const Config& from, const Config& to) {
  return obstacle(from, to).empty();
}

std::vector<float> adapted(const Model& model, const Config& to) {
  const Config& from = model.config;
  if (const std::string why = obstacle(from, to); !why.empty())
    fail_usage("this model cannot be gone on from: {}", why);
  std::vector<float> values(parameter_count(to));
  const auto theirs = slices(from, model.values.data());
  const auto ours = slices(to, values.data());
  const Columns features = feature_columns(from, to), lower = note_columns(from, to);
  for (const Stack stack : kStacks)
    for (std::size_t layer = 0; layer < ours[stack].size(); ++layer)
      copy_columns(theirs[stack][layer], ours[stack][layer],
                   layer > 0              ? nullptr
                   : stack == Stack::time ? &features
                   : stack == Stack::note ? &lower
                                          : nullptr);
  move_position(from, to, ours[Stack::time].front());
  const std::vector<std::optional<int>> channels = channels_of(from, to);
  const int hidden = to.note_units.back();
  for (int head = 0; head < to.head_count(); ++head)
    for (std::size_t c = 0; c < channels.size(); ++c) {
      if (!channels[c]) continue;
      const std::ptrdiff_t there = head * from.channels() + *channels[c],
                           here = head * to.channels() + static_cast<std::ptrdiff_t>(c);
      std::copy_n(theirs.head_weight + there * hidden, hidden, ours.head_weight + here * hidden);
      ours.head_bias[here] = theirs.head_bias[there];
    }
  return values;
}

}  // namespace toccata::network
