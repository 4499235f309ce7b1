#include "network/model/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/json.h"

namespace toccata::network {
namespace {

static_assert(std::endian::native == std::endian::little,
              "tensor files are little-endian and are read as they lie");

constexpr std::size_t kLengthBytes = 8;
// The specification allows 100 MB. A model here has tens of tensors, and reading the header takes
// time that grows with the square of their number.
constexpr std::uint64_t kMaxHeader = 1 << 20;
constexpr std::string_view kMetadata = "__metadata__";

struct Known {
  DType type;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<Known, 6> kKnown{{{DType::f32, "F32", 4},
                                       {DType::bf16, "BF16", 2},
                                       {DType::f16, "F16", 2},
                                       {DType::f64, "F64", 8},
                                       {DType::i64, "I64", 8},
                                       {DType::u8, "U8", 1}}};

const Known& known(DType type) {
  for (const Known& entry : kKnown)
    if (entry.type == type) return entry;
  fail("tensor: unknown type {}", static_cast<int>(type));
}

/// Bytes that a tensor takes, or nothing where that overflows.
std::optional<std::uint64_t> byte_count(std::span<const std::int64_t> shape, std::size_t size) {
  std::uint64_t total = size;
  bool overflow = false;
  for (const std::int64_t extent : shape) {
    if (extent == 0) return 0;
    overflow =
        overflow || __builtin_mul_overflow(total, static_cast<std::uint64_t>(extent), &total);
  }
  if (overflow) return std::nullopt;
  return total;
}

/// JSON allows an object to name a key twice and keeps the last; two readers could then see two
/// models in one file.
class HeaderWatch : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderWatch(std::string_view where) : where_(where) {}
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return go_deeper();
  }
  bool key(std::string& name) override {
    if (!keys_.back().insert(name).second)
      fail("{}: header: the key {} stands twice in one object", where_, Json(name).dump());
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    return --depth_, true;
  }
  bool start_array(std::size_t) override { return go_deeper(); }
  bool end_array() override { return --depth_, true; }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool go_deeper() {
    if (++depth_ > 8) fail("{}: header: nested more than 8 levels deep", where_);
    return true;
  }
  std::string_view where_;
  std::vector<std::set<std::string>> keys_;  // of the objects that are open
  int depth_ = 0;
};

Json parse_header(std::string_view text, std::string_view where) {
  // Apart from the parser, whose own callback takes quadratic time in an object's keys.
  HeaderWatch watch(where);
  if (Json::sax_parse(text, &watch)) return Json::parse(text);
  // Where exactly: parse_json finds it again and says so. What both refuse never gets past.
  parse_json(text, fmt::format("{}: header", where));
  fail("{}: header: not valid JSON", where);
}

std::uint64_t whole(const Json& value, std::string_view what, std::string_view where) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kMax)
    fail("{}: {}: expected a whole number >= 0, found {}", where, what,
         value.is_number() ? value.dump() : json_type(value));
  return value.get<std::uint64_t>();
}

struct Placed {
  std::string name;
  Tensor tensor;
  std::uint64_t begin = 0, end = 0;
};

Placed parse_entry(const std::string& name, const Json& entry, std::string_view where) {
  const std::string here = fmt::format("{}: tensor \"{}\"", where, name);
  Placed placed{name, {}, 0, 0};
  const auto type = json_get<std::string>(entry, "dtype", here);
  const auto found = std::ranges::find(kKnown, std::string_view(type), &Known::name);
  if (found == kKnown.end())
    fail("{}: type \"{}\" is none of F32, BF16, F16, F64, I64, U8", here, type);
  placed.tensor.type = found->type;
  const auto shape = json_get<Json>(entry, "shape", here);
  if (!shape.is_array()) fail("{}: \"shape\" is {}, not a list", here, json_type(shape));
  for (const Json& extent : shape)
    placed.tensor.shape.push_back(static_cast<std::int64_t>(whole(extent, "shape", here)));
  const auto offsets = json_get<Json>(entry, "data_offsets", here);
  if (!offsets.is_array() || offsets.size() != 2)
    fail("{}: \"data_offsets\" is not a list of two numbers", here);
  placed.begin = whole(offsets[0], "data_offsets", here);
  placed.end = whole(offsets[1], "data_offsets", here);
  const auto expected = byte_count(placed.tensor.shape, found->size);
  if (placed.end < placed.begin || !expected || *expected != placed.end - placed.begin)
    fail("{}: shape {} of {} does not take the bytes {} to {}", here,
         shape_text(placed.tensor.shape), type, placed.begin, placed.end);
  return placed;
}

// Of the JSON header, from a file's first bytes; `size` is the whole file's.
std::size_t header_length(std::span<const std::uint8_t> bytes, std::uint64_t size,
                          std::string_view where) {
  if (bytes.size() < kLengthBytes)
    fail("{}: {} bytes: too short for a tensor file, which begins with 8 bytes of header length",
         where, size);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaxHeader || length > size - kLengthBytes)
    fail("{}: byte 0: a header of {} bytes, but the file has {}; it is cut short or no tensor file",
         where, length, size);
  return static_cast<std::size_t>(length);
}

// The tensors that the header names, without their bytes, in the order in which they fill the
// `data_size` bytes after it.
std::vector<Placed> place_tensors(std::span<const std::uint8_t> header_bytes,
                                  std::uint64_t data_size, std::string_view where,
                                  std::map<std::string, std::string>& metadata) {
  const std::string_view text(reinterpret_cast<const char*>(header_bytes.data()) + kLengthBytes,
                              header_bytes.size() - kLengthBytes);
  if (!text.starts_with('{')) fail("{}: byte 8: the header does not begin with {{", where);
  const Json header = parse_header(text, where);
  std::vector<Placed> placed;
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata) {
      if (!entry.is_object()) fail("{}: \"__metadata__\" is {}", where, json_type(entry));
      for (const auto& [key, value] : entry.items())
        metadata[key] = json_get<std::string>(entry, key, where);
    } else {
      placed.push_back(parse_entry(name, entry, where));
    }
  }
  std::ranges::stable_sort(placed, {}, [](const Placed& p) { return std::pair(p.begin, p.end); });
  std::uint64_t place = 0;
  for (const Placed& entry : placed) {
    if (entry.begin != place)
      fail("{}: tensor \"{}\" begins at byte {} of the data, expected {}: {}", where, entry.name,
           entry.begin, place, entry.begin < place ? "it overlaps another" : "there is a gap");
    if (entry.end > data_size)
      fail("{}: tensor \"{}\" ends at byte {} of the data, which has {}; the file is cut short",
           where, entry.name, entry.end, data_size);
    place = entry.end;
  }
  if (place != data_size)
    fail("{}: {} bytes of tensors, but {} bytes follow the header; the file is oversized", where,
         place, data_size);
  return placed;
}

}  // namespace

std::size_t size_of(DType type) {
  return known(type).size;
}

std::string_view name_of(DType type) {
  return known(type).name;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

Bytes to_safetensors(const TensorFile& file) {
  std::vector<std::pair<const std::string*, const Tensor*>> order;
  for (const auto& [name, tensor] : file.tensors) {
    for (const std::int64_t extent : tensor.shape)
      if (extent < 0) fail("tensor \"{}\": shape {}", name, shape_text(tensor.shape));
    if (byte_count(tensor.shape, size_of(tensor.type)) != tensor.bytes.size())
      fail("tensor \"{}\": shape {} of {} does not take {} bytes", name, shape_text(tensor.shape),
           name_of(tensor.type), tensor.bytes.size());
    if (name == kMetadata) fail("\"{}\" names the file's metadata, not a tensor", name);
    order.emplace_back(&name, &tensor);
  }
  std::ranges::stable_sort(order, std::greater<>(),
                           [](const auto& entry) { return size_of(entry.second->type); });
  OrderedJson header = OrderedJson::object();
  if (!file.metadata.empty()) header[std::string(kMetadata)] = file.metadata;
  std::uint64_t place = 0;
  for (const auto& [name, tensor] : order) {
    header[*name] = {{"dtype", name_of(tensor->type)},
                     {"shape", tensor->shape},
                     {"data_offsets", {place, place + tensor->bytes.size()}}};
    place += tensor->bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // tensors begin on a multiple of 8 bytes
  Bytes bytes(kLengthBytes + text.size() + place);
  const std::uint64_t length = text.size();
  std::memcpy(bytes.data(), &length, kLengthBytes);
  std::ranges::copy(text, bytes.begin() + kLengthBytes);
  auto to = bytes.begin() + static_cast<std::ptrdiff_t>(kLengthBytes + text.size());
  for (const auto& [name, tensor] : order) to = std::ranges::copy(tensor->bytes, to).out;
  return bytes;
}

TensorFile from_safetensors(std::span<const std::uint8_t> bytes, std::string_view where) {
  const std::size_t header = kLengthBytes + header_length(bytes, bytes.size(), where);
  const auto data = bytes.subspan(header);
  TensorFile file;
  for (Placed& entry : place_tensors(bytes.first(header), data.size(), where, file.metadata)) {
    const auto part = data.subspan(static_cast<std::size_t>(entry.begin),
                                   static_cast<std::size_t>(entry.end - entry.begin));
    entry.tensor.bytes.assign(part.begin(), part.end());
    file.tensors.emplace(std::move(entry.name), std::move(entry.tensor));
  }
  return file;
}

TensorFile read_outline(const std::filesystem::path& path) {
  const std::string where = path.string();
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail("{}: cannot be read: {}", where, std::strerror(errno));
  const std::uintmax_t size = std::filesystem::file_size(path);
  Bytes bytes;
  const auto read_on_to = [&](std::size_t end) {
    const std::size_t begin = bytes.size();
    bytes.resize(end);
    stream.read(reinterpret_cast<char*>(bytes.data() + begin),
                static_cast<std::streamsize>(end - begin));
    if (!stream) fail("{}: cannot be read to byte {}", where, end);
  };
  read_on_to(static_cast<std::size_t>(std::min<std::uintmax_t>(kLengthBytes, size)));
  const std::size_t header = kLengthBytes + header_length(bytes, size, where);
  read_on_to(header);
  TensorFile file;
  for (Placed& entry : place_tensors(bytes, size - header, where, file.metadata))
    file.tensors.emplace(std::move(entry.name), std::move(entry.tensor));
  return file;
}

Tensor make_tensor(std::vector<std::int64_t> shape, std::span<const float> values, DType type) {
  Tensor tensor{type, std::move(shape), {}};
  if (type != DType::f32 && type != DType::bf16 && type != DType::f16)
    fail("tensor: floats are stored as F32, BF16 or F16, not as {}", name_of(type));
  if (byte_count(tensor.shape, sizeof(float)) != values.size_bytes())
    fail("tensor: shape {} does not hold {} values", shape_text(tensor.shape), values.size());
  tensor.bytes.resize(values.size() * size_of(type));
  std::uint8_t* to = tensor.bytes.data();
  for (const float value : values) {
    if (type == DType::f32) {
      std::memcpy(to, &value, 4);
    } else {
      const std::uint16_t half = type == DType::bf16 ? to_bf16(value) : to_f16(value);
      std::memcpy(to, &half, 2);
    }
    to += size_of(type);
  }
  return tensor;
}

std::vector<float> to_floats(const Tensor& tensor) {
  const std::size_t size = size_of(tensor.type);
  if (tensor.type != DType::f32 && tensor.type != DType::bf16 && tensor.type != DType::f16)
    fail("tensor: expected F32, BF16 or F16, found {}", name_of(tensor.type));
  std::vector<float> values(tensor.bytes.size() / size);
  if (tensor.type == DType::f32) {
    if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), 4 * values.size());
    return values;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, tensor.bytes.data() + i * size, 2);
    values[i] = tensor.type == DType::bf16 ? from_bf16(half) : from_f16(half);
  }
  return values;
}

}  // namespace toccata::network
