// SPDX-License-Identifier: MIT
#include <denim/format/crc32c.hpp>

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using namespace denim;

TEST_CASE("the checksums of RFC 3720, appendix B.4") {
    const auto of = [](std::string_view text) { return crc32c(std::as_bytes(std::span{text})); };
    CHECK(of("123456789") == 0xe3069283u);
    CHECK(of("") == 0);
    CHECK(crc32c(std::vector<std::byte>(32, std::byte{0})) == 0x8a9136aau);
    CHECK(crc32c(std::vector<std::byte>(32, std::byte{0xff})) == 0x62a8ab43u);
    std::vector<std::byte> rising(32);
    for (std::size_t n = 0; n < rising.size(); ++n) rising[n] = static_cast<std::byte>(n);
    CHECK(crc32c(rising) == 0x46dd794eu);
}
