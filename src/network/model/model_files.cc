// A model's two files, config.json and model.safetensors.
#include "network/model/model_files.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/hash.h"
#include "base/json.h"
#include "network/model/safetensors.h"
#include "network/model/weights.h"

namespace toccata::network {
namespace {

constexpr const char* kConfigFile = "config.json";
constexpr const char* kWeightsFile = "model.safetensors";
// To find damage: of the values alone, and of every byte of the two files. A file's own hash stands
// in it, and is of the file with zeros in its place. Files of others have none of them; the last
// two stand together, so that none is lost by damage to its name.
constexpr const char* kHashKey = "toccata.values_hash";
constexpr const char* kOwnHashKey = "toccata.file_hash";
constexpr const char* kConfigHashKey = "toccata.config_file_hash";
constexpr std::uint64_t kMaxConfig = 1 << 20;  // bytes

std::string values_hash(std::span<const float> values) {
  return hash_hex(
      std::span(reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()));
}

const std::string kNoHash(32, '0');

/// Exchanges a file's own hash in its header for another. False where it does not stand there.
bool exchange_own_hash(Bytes& bytes, const std::string& from, const std::string& to) {
  const std::string entry = fmt::format("\"{}\":\"{}\"", kOwnHashKey, from);
  const auto found = std::search(bytes.begin(), bytes.end(), entry.begin(), entry.end());
  if (found == bytes.end() || from.size() != to.size()) return false;
  std::copy(to.begin(), to.end(), found + std::ssize(entry) - 1 - std::ssize(to));
  return true;
}

Bytes with_own_hash(TensorFile file) {
  file.metadata[kOwnHashKey] = kNoHash;
  Bytes bytes = to_safetensors(file);
  exchange_own_hash(bytes, kNoHash, hash_hex(bytes));
  return bytes;
}

/// Throws Error where any byte of the two files is not what was written.
void require_undamaged(const std::map<std::string, std::string>& metadata, Bytes weights,
                       const std::filesystem::path& path, std::string_view config,
                       const std::filesystem::path& config_path) {
  const auto own = metadata.find(kOwnHashKey), of_config = metadata.find(kConfigHashKey);
  if (own == metadata.end() && of_config == metadata.end()) return;
  const auto refuse = [&](const std::filesystem::path& file) {
    fail(
        "{}: it is not what was written: it was damaged or changed since; if the change was meant, "
        "remove \"{}\" and \"{}\" from the metadata of {}",
        file.string(), kOwnHashKey, kConfigHashKey, path.string());
  };
  if (own == metadata.end() || of_config == metadata.end() ||
      !exchange_own_hash(weights, own->second, kNoHash) || hash_hex(weights) != own->second)
    refuse(path);
  if (hash_hex(config) != of_config->second) refuse(config_path);
}

void require_finite(std::span<const float> values, std::string_view where,
                    const std::string& name) {
  const auto bad = std::ranges::find_if_not(values, [](float v) { return std::isfinite(v); });
  if (bad != values.end())
    fail(
        "{}: tensor \"{}\": value {} of {} is {}, not a finite number; the training that made it "
        "went wrong, or its type is too narrow for it",
        where, name, bad - values.begin(), values.size(), *bad);
}

/// All names and shapes before any value: a wrong config.json shows here, whatever sizes it asks
/// for.
void require_same_tensors(const std::vector<Parameter>& list, const TensorFile& file,
                          std::string_view where) {
  std::set<std::string> names;
  for (const Parameter& parameter : list) {
    names.insert(parameter.name);
    const auto found = file.tensors.find(parameter.name);
    if (found == file.tensors.end())
      fail("{}: the tensor \"{}\" {} is missing", where, parameter.name,
           shape_text(parameter.shape));
    const Tensor& tensor = found->second;
    if (tensor.shape != parameter.shape)
      fail("{}: tensor \"{}\": config.json asks for shape {}, the file has {}", where,
           parameter.name, shape_text(parameter.shape), shape_text(tensor.shape));
    if (tensor.type != DType::f32 && tensor.type != DType::bf16 && tensor.type != DType::f16)
      fail("{}: tensor \"{}\": expected F32, BF16 or F16, found {}", where, parameter.name,
           name_of(tensor.type));
  }
  for (const auto& [name, tensor] : file.tensors)
    if (!names.contains(name))
      fail("{}: the tensor \"{}\" {} belongs to no layer of config.json", where, name,
           shape_text(tensor.shape));
}

}  // namespace

std::string model_hash(const Config& config, std::span<const float> values) {
  return hash_hex(to_json(config).dump() + values_hash(values));
}

std::string save_model(const std::filesystem::path& folder, const Model& model, DType type) {
  check(model.config);
  const std::filesystem::path path = folder / kWeightsFile;
  const std::vector<Parameter> list = parameters(model.config);
  if (const std::size_t expected = parameter_count(model.config); model.values.size() != expected)
    fail("{}: this model has {} parameters, {} values were given", path.string(), expected,
         model.values.size());
  TensorFile file;
  std::vector<float> stored;
  stored.reserve(model.values.size());
  for (const Parameter& parameter : list) {
    const std::span values(model.values.data() + parameter.offset, parameter.size);
    Tensor tensor = make_tensor(parameter.shape, values, type);
    const std::vector<float> rounded = to_floats(tensor);
    require_finite(rounded, path.string(), parameter.name);
    stored.insert(stored.end(), rounded.begin(), rounded.end());
    file.tensors.emplace(parameter.name, std::move(tensor));
  }
  const std::string config = to_json(model.config).dump(2) + "\n";
  file.metadata = {
      {"format", "pt"}, {kHashKey, values_hash(stored)}, {kConfigHashKey, hash_hex(config)}};
  write_file(folder / kConfigFile, config);
  write_file(path, with_own_hash(std::move(file)));
  return model_hash(model.config, stored);
}

namespace {

std::string read_config_text(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    fail("{}: expected a model folder with {} and {}, found {}", folder.string(), kConfigFile,
         kWeightsFile, std::filesystem::exists(folder, ignored) ? "a file" : "nothing");
  return read_text(folder / kConfigFile, kMaxConfig);
}

Config parse_config(const std::string& text, const std::string& where) {
  return config_from_json(parse_json(text, where), where);
}

}  // namespace

Config check_model_files(const std::filesystem::path& folder) {
  const Config config = parse_config(read_config_text(folder), (folder / kConfigFile).string());
  const std::filesystem::path path = folder / kWeightsFile;
  require_same_tensors(parameters(config), read_outline(path), path.string());
  return config;
}

Model load_model(const std::filesystem::path& folder) {
  Model model;
  const std::filesystem::path config_path = folder / kConfigFile, path = folder / kWeightsFile;
  const std::string config = read_config_text(folder);
  model.config = parse_config(config, config_path.string());
  Bytes bytes = read_file(path);
  const TensorFile file = from_safetensors(bytes, path.string());
  const std::vector<Parameter> list = parameters(model.config);
  require_same_tensors(list, file, path.string());
  model.values.reserve(list.back().offset + list.back().size);
  for (const Parameter& parameter : list) {
    const std::vector<float> values = to_floats(file.tensors.at(parameter.name));
    require_finite(values, path.string(), parameter.name);
    model.values.insert(model.values.end(), values.begin(), values.end());
  }
  model.hash = model_hash(model.config, model.values);
  const auto written = file.metadata.find(kHashKey);
  if (written != file.metadata.end() && written->second != values_hash(model.values))
    fail(
        "{}: the values do not match the hash written with them: the file was damaged or changed "
        "since; if the change was meant, remove \"{}\" from its metadata",
        path.string(), kHashKey);
  require_undamaged(file.metadata, std::move(bytes), path, config, config_path);
  return model;
}

}  // namespace toccata::network
