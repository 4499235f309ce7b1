#include "base/base64.h"

#include <gtest/gtest.h>

namespace toccata {
namespace {

// RFC 4648, section 10.
TEST(Base64, IsThatOfItsStandard) {
  const std::pair<std::string_view, std::string_view> kExamples[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : kExamples) {
    const Bytes bytes(plain.begin(), plain.end());
    EXPECT_EQ(to_base64(bytes), coded);
    EXPECT_EQ(from_base64(coded), bytes);
  }
  for (const char* wrong : {"Z", "Zg=", "Zg", "Z===", "Zm9v\n", "Zm 9", "Zm9=v", "/etc/passwd"})
    EXPECT_FALSE(from_base64(wrong)) << wrong;
}

}  // namespace
}  // namespace toccata
