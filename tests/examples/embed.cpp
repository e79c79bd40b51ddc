// SPDX-License-Identifier: MIT
// stand_alone/label_photo.cpp has its weights within, by the program embed: it labels a photograph as the network does.
#include "messages.hpp"
#include "scratch.hpp"
#include "stand_alone/network.hpp"

#include <denim/image.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

using namespace denim;

namespace {

std::string text_of(const std::filesystem::path& path) {
    const auto bytes = read_bytes(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("a program that stands alone labels a photograph") {
    const Scratch scratch;
    Picture photo{Size{12, 10}};
    Random random{Seed{5}};
    for (std::uint8_t& byte : photo.pixels) byte = static_cast<std::uint8_t>(random.below(256));
    const std::string header = "P6\n10 12\n255\n";
    auto bytes = bytes_of_text(header);
    for (const std::uint8_t byte : photo.pixels) bytes.push_back(std::byte{byte});
    write_bytes(scratch / "photo.ppm", bytes);

    const Small network{Seed{11}};
    const auto p = network.probabilities(view(photo.pixels.data(), std::array<std::size_t, 3>{12, 10, 3}));
    const auto best = static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
    std::ostringstream expected;
    expected << std::array{"glasses", "trousers", "shoes"}[best] << ' ' << p(best) << '\n';

    // In a folder of its own: there is no file of weights to be found.
    const std::string run = "cd " + scratch.folder().string() + " && cp " LABEL_PHOTO " program && ./program photo.ppm > said";
    REQUIRE(std::system(run.c_str()) == 0);
    CHECK(text_of(scratch / "said") == expected.str());
}

TEST_CASE("a header holds every byte of the file, whatever its length") {
    const Scratch scratch;
    for (const std::size_t size : {0u, 1u, 2u, 3u, 89u, 90u, 91u, 45'000u, 45'001u}) {
        std::vector<std::uint8_t> bytes(size);
        for (std::size_t n = 0; n < size; ++n) bytes[n] = static_cast<std::uint8_t>(n * 37 + n / 256);
        const std::string text = detail::to_base64(bytes);
        const std::size_t half = text.size() / 8 * 4;
        const std::string first = text.substr(0, half), second = text.substr(half);
        const std::vector<const char*> lines{first.c_str(), second.c_str()};
        const auto back = detail::from_base64(lines);
        CHECK(std::ranges::equal(bytes, back, [](std::uint8_t a, std::byte b) { return std::byte{a} == b; }));
    }
    CHECK(detail::to_base64(std::vector<std::uint8_t>{'f', 'o', 'o', 'b'}) == "Zm9vYg==");
    write_bytes(scratch / "empty", {});
    embed(scratch / "empty", scratch / "empty.hpp", "nothing");
    CHECK(text_of(scratch / "empty.hpp").find("inline constexpr const char* nothing[] = {\n    \"\"};\n") != std::string::npos);
    CHECK(message_of([&] { embed(scratch / "empty", scratch / "x.hpp", "1a"); }).find("'1a' is no name of a variable") !=
          std::string::npos);
    CHECK_THROWS_AS(embed(scratch / "missing", scratch / "x.hpp", "a"), FileError);
    CHECK_FALSE(std::filesystem::exists(scratch / "x.hpp"));
}

TEST_CASE("damaged text is an error") {
    const auto refused = [](const char* text, const char* reason) {
        CHECK(message_of([&] { detail::from_base64(std::vector<const char*>{text}); }).find(reason) != std::string::npos);
    };
    refused("Zm9vYg=", "a line was cut");
    refused("Zm9=YgAA", "not one of base64's");
    refused("Zm9v\xffgAA", "not one of base64's");
    const std::array<const char*, 1> text{"Zm9vYgAA"};
    CHECK(message_of([&] { (void)load_embedded<Small>(text); }).find("the embedded weights: ") == 0);
}
