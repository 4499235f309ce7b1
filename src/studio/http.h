#pragma once
// Requests and answers as the studio's routes see them: plain structs, whatever carries them.

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/stop.h"
#include "studio/event_log.h"

namespace toccata::studio {

struct Request {
  std::string method;                        // GET, HEAD, POST, DELETE
  std::vector<std::string> path;             // the segments of the path, percent-decoded
  std::map<std::string, std::string> query;  // decoded
  std::string content_type;                  // lower case, without parameters
  std::string if_none_match;                 // header of that name
  std::optional<std::size_t> last_event;     // header Last-Event-ID
  std::string body;
  // Requested when the client leaves before its answer: long work looks at it.
  std::shared_ptr<Stop> gone = std::make_shared<Stop>();
};

/// A file to send, and, where it was made for this answer only, to delete afterwards.
struct SentFile {
  explicit SentFile(std::filesystem::path where, bool delete_after = false,
                    std::shared_ptr<void> with = nullptr)
      : path(std::move(where)), temporary(delete_after), held(std::move(with)) {}
  ~SentFile();
  SentFile(const SentFile&) = delete;
  SentFile& operator=(const SentFile&) = delete;
  const std::filesystem::path path;
  const bool temporary;
  const std::shared_ptr<void> held;  // let go with the file: its place among the limited ones, say
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  // The body is one of these four.
  std::string body;
  std::optional<std::string_view> constant;  // bytes that live as long as the program
  std::shared_ptr<SentFile> file;
  std::shared_ptr<EventLog> events;  // sent as they come, as server-sent events
  std::size_t first_event = 0;
};

Response json_response(const OrderedJson& json, int status = 200);
/// {"error": message}; with `retry_after` (seconds) a header that says when to come again.
Response error_response(int status, std::string_view message, int retry_after = 0);
/// Bytes for a browser to save under `name`.
Response download(const Bytes& bytes, std::string content_type, std::string_view name);

/// A member of a request's JSON as text; empty where it is absent. Throws Error (usage).
std::string text_member(const Json& json, std::string_view key);

/// Percent-decoding of one segment or value; none where an escape is broken or stands for a control
/// character. `plus`: '+' is a space, as in queries.
std::optional<std::string> percent_decode(std::string_view text, bool plus = false);

/// Splits a request's target ("/api/x%20y?k=v") into path and query of `request`. False where it is
/// no such target, has more than 16 segments or 32 query values, or an escape is broken.
bool parse_target(std::string_view target, Request& request);

}  // namespace toccata::studio
